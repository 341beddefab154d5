// What follows the commit of a snapshot: its last steps, and a note on metadata that could not be set.
import type { Snapshot } from '../../catalog/records.js';
import { InterruptedError, LockedError } from '../../errors.js';
import { finishRemoval } from '../../repository/removal/run-removal.js';
import type { UnsetMetadata } from '../../system/files/metadata/apply-metadata.js';
import { formatPath } from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import { infoNote, lookNote, type Note } from '../run/notes.js';
import { raiseAlarm } from '../snapshot/alarm/raise-alarm.js';
import type { SnapshotRun } from './backup-run.js';

export interface SnapshotEnd {
  /** What could not be set before the commit. */
  readonly unset: readonly UnsetMetadata[];
  /** Whether a recovery has changed the data since the last snapshot. */
  readonly isRecovery: boolean;
}

/** After the commit the snapshot stands. A failure now becomes a note, and the next writer does the step. */
export async function finishSnapshot(
  { repository, request, context }: SnapshotRun,
  snapshot: Snapshot,
  { unset: unsetBefore, isRecovery }: SnapshotEnd,
): Promise<Note[]> {
  const alarms: Note[] = [];
  try {
    append(
      alarms,
      await raiseAlarm(repository, snapshot, {
        percent: request.alarmPercent,
        isMeant: isRecovery,
        checkpoint: context.checkpoint,
      }),
    );
    const outcome = await repository.finishCommit(snapshot, context.uid);
    if (await finishRemoval(repository, context.checkpoint)) {
      await repository.writeCatalogCopy(snapshot.id);
    }
    return [
      ...alarms,
      ...noteUnset([...unsetBefore, ...outcome.unset]),
      ...outcome.notEmpty.map((path) =>
        lookNote(
          'foreign-files',
          path,
          `the folder '${formatPath(path)}' stays in the repository: it holds files that no backup made`,
          'move these files out of the repository',
        ),
      ),
    ];
  } catch (error) {
    if (error instanceof LockedError || error instanceof InterruptedError) {
      return [...alarms, ...noteUnset(unsetBefore), postponedNote(error)];
    }
    return [
      ...alarms,
      ...noteUnset(unsetBefore),
      lookNote(
        'unfinished',
        null,
        `the snapshot is safe, but its last step failed: ${(error as Error).message}`,
        'nothing needs to be done: the next backup finishes that step',
      ),
    ];
  }
}

/** Nothing has failed: the step is only done later. */
function postponedNote({ message }: Error): Note {
  return infoNote(
    'unfinished',
    null,
    `the snapshot is safe, and the next backup does its last step: ${message}`,
  );
}

/** One note for each kind of metadata that could not be set. The catalog has the metadata anyway. */
function noteUnset(unset: readonly UnsetMetadata[]): Note[] {
  return (['owner', 'mode', 'time'] as const).flatMap((what) => {
    const count = unset.filter((item) => item.what === what).length;
    if (count === 0) return [];
    const entries = count === 1 ? '1 entry' : `${count} entries`;
    return [
      infoNote(
        `unset-${what}`,
        null,
        `the ${what} of ${entries} could not be set in the mirror; the catalog keeps it for restores`,
      ),
    ];
  });
}
