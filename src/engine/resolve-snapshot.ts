// From a TIME as it was typed to the snapshot that is meant: the newest one at or before it.
import type { Snapshot } from '../catalog/records.js';
import { NotInSnapshotError } from '../errors.js';
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
  const spec = parseTimeSpec(time);
  const [oldest] = snapshots;
  if (oldest === undefined) {
    throw new NotInSnapshotError('the repository holds no snapshot yet', {
      hint: "take one with 'redis-rewind backup SOURCE REPO'",
    });
  }
  const seconds = resolveTimeSpec(spec, {
    nowSeconds: Math.floor(nowMs / 1000),
    snapshotTimes: snapshots.map((snapshot) => snapshot.time),
  });
  const found = snapshots.findLast((snapshot) => snapshot.time <= seconds);
  if (found !== undefined) return found;
  throw new NotInSnapshotError(
    `no snapshot is as old as '${time}' (${formatTime(seconds)}): the oldest is of ${formatTime(oldest.time)}`,
    { hint: `'-r ${formatTime(oldest.time)}' is the oldest; 'redis-rewind list REPO' shows all` },
  );
}
