// The snapshot that TIME means, proved: the catalog's rows are those that its commit wrote.
import type { Snapshot, Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { isAsCommitted } from '../../repository/check/snapshot-proof.js';
import type { OpenRepository } from '../../repository/repository.js';
import { resolveSeconds, newestAt } from './resolve-snapshot.js';
import type { RequestedTime } from './time-spec.js';

export interface ProvedSnapshot {
  readonly snapshot: Snapshot;
  /** All of the snapshot, in byte order of their paths. */
  readonly versions: readonly Version[];
}

/**
 * The snapshot that TIME means, with all its versions, both proved. The next snapshot is proved too, unless
 * TIME is exactly the time of the first: if the next one's time is damaged, TIME may mean the next one.
 * Call this in one state (ask-in-one-state.ts).
 * @throws CorruptError; NotInSnapshotError as resolveSnapshot has it
 */
export function readProvedSnapshot(
  repository: OpenRepository,
  time: RequestedTime,
  nowMs: number,
): ProvedSnapshot {
  const snapshots = repository.snapshots();
  snapshots.forEach((snapshot, index) => {
    const before = snapshots[index - 1];
    if (before !== undefined && before.timeSeconds >= snapshot.timeSeconds) throw damaged(snapshot);
  });
  const seconds = resolveSeconds(snapshots, time, nowMs);
  const snapshot = newestAt(snapshots, seconds, time.typed);
  const versions = repository.versionsOf(snapshot.id);
  if (!isAsCommitted(snapshot, versions)) throw damaged(snapshot);
  const next = snapshots[snapshots.indexOf(snapshot) + 1];
  if (
    next !== undefined &&
    seconds !== snapshot.timeSeconds &&
    !isAsCommitted(next, repository.versionsOf(next.id))
  ) {
    throw damaged(next, `use the snapshot before it, which is whole: -r '#${snapshot.id}'`);
  }
  return { snapshot, versions };
}

function damaged(
  { id }: Snapshot,
  hint = "'redis-rewind verify REPO' shows which snapshots are whole",
): CorruptError {
  return new CorruptError(
    `the rows of snapshot ${id} in the catalog are not as its backup wrote them`,
    {
      snapshotId: id,
      hint,
    },
  );
}
