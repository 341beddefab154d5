// From a TIME to the snapshot that is meant: the newest one at or before that moment.
import type { Snapshot, Tag } from '../../catalog/records.js';
import { NotInSnapshotError } from '../../errors.js';
import { formatLocalTime } from './local-time.js';
import { type RequestedTime, resolveTimeSpec } from './time-spec.js';

/** What a TIME may name. */
export interface KnownSnapshots {
  /** All of the repository, oldest first. */
  readonly snapshots: readonly Snapshot[];
  readonly tags: readonly Tag[];
}

/** @throws NotInSnapshotError where no snapshot is that old */
export function resolveSnapshot(
  known: KnownSnapshots,
  time: RequestedTime,
  nowMs: number,
): Snapshot {
  return newestAt(known.snapshots, resolveSeconds(known, time, nowMs), time.typed);
}

/**
 * The moment that a TIME stands for, in seconds since 1970. Snapshots and errors as in resolveSnapshot.
 */
export function resolveSeconds(
  { snapshots, tags }: KnownSnapshots,
  { spec }: RequestedTime,
  nowMs: number,
): number {
  if (snapshots.length === 0) {
    // While the first backup runs, the repository is not opened for this.
    throw new NotInSnapshotError(
      'the repository holds no snapshot: its first backup was not finished',
      { hint: 'run the backup again' },
    );
  }
  return resolveTimeSpec(spec, {
    nowSeconds: Math.floor(nowMs / 1000),
    snapshots,
    tags,
  });
}

/**
 * The newest snapshot at or before a moment.
 * @param typed the moment as it was typed, for the error
 * @throws NotInSnapshotError where no snapshot is that old; the error names the oldest one
 */
export function newestAt(snapshots: readonly Snapshot[], seconds: number, typed: string): Snapshot {
  const found = snapshots.findLast((snapshot) => snapshot.timeSeconds <= seconds);
  if (found !== undefined) return found;
  const oldest = formatLocalTime(snapshots[0]?.timeSeconds ?? 0);
  const isNumber = snapshots.some(({ id }) => String(id) === typed);
  throw new NotInSnapshotError(
    `no snapshot is as old as '${typed}' (${formatLocalTime(seconds)}): the oldest is from ${oldest}`,
    {
      time: typed,
      hint: isNumber
        ? `a bare number is seconds since 1970; snapshot ${typed} is '-r "#${typed}"'`
        : `'-r "${oldest}"' is the oldest; 'redis-rewind list REPO' shows all`,
    },
  );
}
