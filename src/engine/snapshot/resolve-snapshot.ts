// From a TIME as it was typed to the snapshot that is meant: the newest one at or before it.
import type { Snapshot } from '../../catalog/records.js';
import { NotInSnapshotError } from '../../errors.js';
import { formatTime, parseTimeSpec, resolveTimeSpec } from './time-spec.js';

/**
 * @param snapshots all of the repository, oldest first
 * @throws UsageError where TIME makes no sense, NotInSnapshotError where no snapshot is that old
 */
export function resolveSnapshot(
  snapshots: readonly Snapshot[],
  time: string,
  nowMs: number,
): Snapshot {
  return newestAt(snapshots, resolveSeconds(snapshots, time, nowMs), time);
}

/**
 * The moment that a TIME stands for, in seconds since 1970. Snapshots and errors as resolveSnapshot
 * has them.
 */
export function resolveSeconds(
  snapshots: readonly Snapshot[],
  time: string,
  nowMs: number,
): number {
  const spec = parseTimeSpec(time);
  if (snapshots.length === 0) {
    throw new NotInSnapshotError('the repository holds no snapshot yet', {
      hint: "take one with 'redis-rewind backup SOURCE REPO'",
    });
  }
  return resolveTimeSpec(spec, {
    nowSeconds: Math.floor(nowMs / 1000),
    snapshotTimes: snapshots.map((snapshot) => snapshot.time),
  });
}

/**
 * The newest snapshot at or before a moment.
 * @param time the moment as it was typed, for the error
 * @throws NotInSnapshotError where no snapshot is that old, naming the oldest
 */
export function newestAt(snapshots: readonly Snapshot[], seconds: number, time: string): Snapshot {
  const found = snapshots.findLast((snapshot) => snapshot.time <= seconds);
  if (found !== undefined) return found;
  const oldest = formatTime(snapshots[0]?.time ?? 0);
  throw new NotInSnapshotError(
    `no snapshot is as old as '${time}' (${formatTime(seconds)}): the oldest is of ${oldest}`,
    { time, hint: `'-r ${oldest}' is the oldest; 'redis-rewind list REPO' shows all` },
  );
}
