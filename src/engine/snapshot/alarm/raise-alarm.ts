// After its commit a snapshot is compared with the one before. What is found is kept with the snapshot, and told once.
import type { Snapshot } from '../../../catalog/records.js';
import type { WritableRepository } from '../../../repository/repository.js';
import { decodeReasons } from '../../../repository/stored/stored-alarm.js';
import { formatPath } from '../../../system/files/byte-path.js';
import { shellWord } from '../../../system/text/shell-word.js';
import type { Checkpoint } from '../../../system/time/checkpoint.js';
import { type Note, lookNote } from '../../run/notes.js';
import { compareSnapshots } from './find-alarms.js';
import { describeReasons } from './reason-text.js';

export interface AlarmOptions {
  /** How much of bytes or keys may be gone without an alarm. */
  readonly percent: number;
  /** Whether a person has changed the data on purpose, as by a recovery: then nobody has to confirm it. */
  readonly isMeant: boolean;
  readonly checkpoint: Checkpoint;
}

/**
 * @throws LockedError, InterruptedError; then the snapshot is compared when a removal is planned
 */
export async function raiseAlarm(
  repository: WritableRepository,
  { id, timeSeconds }: Snapshot,
  { percent, isMeant, checkpoint }: AlarmOptions,
): Promise<Note[]> {
  const snapshots = repository.snapshots();
  const own = snapshots.filter((snapshot) => snapshot.id === id);
  const options = { percent, checkpoint };
  const found = await compareSnapshots(repository, snapshots.slice(-2), own, options);
  if (found.length === 0) return [];
  const records = isMeant
    ? found.map((record) => ({ ...record, confirmedAtSeconds: timeSeconds }))
    : found;
  await repository.remark({ alarms: records });
  if (isMeant) return [];
  return records.flatMap(({ snapshotId, reasonsJson }) => {
    const reasons = decodeReasons(snapshotId, reasonsJson);
    if (reasons.length === 0) return [];
    return [
      lookNote(
        'alarm',
        null,
        `alarm: ${describeReasons(reasons)}; nothing older is removed from now on`,
        `if that is as it should be, type 'redis-rewind confirm ${shellWord(formatPath(repository.path))} ${snapshotId}'`,
      ),
    ];
  });
}
