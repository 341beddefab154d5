// What follows the commit of a snapshot: its last steps, and a note on metadata that could not be set.
import type { Snapshot } from '../../catalog/records.js';
import { InterruptedError, LockedError } from '../../errors.js';
import { finishRemoval } from '../../repository/removal/run-removal.js';
import type { UnsetMetadata } from '../../system/files/metadata/apply-metadata.js';
import { formatPath } from '../../system/files/byte-path.js';
import { infoNote, lookNote, type Note } from '../run/notes.js';
import type { SnapshotRun } from './backup-run.js';

/**
 * After the commit the snapshot stands. A failure now becomes a note, and the next writer does the step.
 * @param unsetBefore what could not be set before the commit
 */
export async function finishSnapshot(
  { repository, context }: SnapshotRun,
  snapshot: Snapshot,
  unsetBefore: readonly UnsetMetadata[],
): Promise<Note[]> {
  try {
    const outcome = await repository.finishCommit(snapshot, context.uid);
    if (await finishRemoval(repository, context.checkpoint)) {
      await repository.writeCatalogCopy(snapshot.id);
    }
    return [
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
      return [...noteUnset(unsetBefore), postponedNote(error)];
    }
    return [
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
