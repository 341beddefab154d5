// The snapshot that TIME means, proved: the catalog's rows are those that its commit wrote.
import type { Snapshot, Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { describeDamagedTable } from '../../repository/check/fault-messages.js';
import { isAsCommitted } from '../../repository/check/snapshot-proof.js';
import { repairHint } from '../../repository/repair-hint.js';
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
  const { kind } = time.spec;
  if (kind === 'now' || snapshots.length === 0) repository.requireNewestIsLast();
  if (kind === 'tag') requireSoundTable(repository, 'tag');
  const seconds = resolveSeconds({ snapshots, tags: repository.remarks().tags }, time, nowMs);
  const isOldEnough = snapshots.some(({ timeSeconds }) => timeSeconds <= seconds);
  if (!isOldEnough) requireSoundSnapshots(repository);
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
  // The digest of the snapshot proves its time, but not that no other one comes between.
  const isExact = kind === 'instant' && seconds === snapshot.timeSeconds;
  if (kind !== 'now' && !isExact) requireSoundSnapshots(repository);
  return { snapshot, versions };
}

/** A name that was lost by damage would mean an older snapshot. @throws CorruptError */
function requireSoundTable(repository: OpenRepository, name: 'tag'): void {
  const [table] = repository.damagedTables([name]);
  if (table === undefined) return;
  throw new CorruptError(`the catalog is damaged: ${describeDamagedTable(table)}`, {
    hint: `${repairHint(repository.path)}; 'redis-rewind list REPO' shows the numbers of all snapshots`,
  });
}

/** @throws CorruptError where it is uncertain which snapshots there are */
function requireSoundSnapshots(repository: OpenRepository): void {
  const [table] = repository.damagedSnapshotTables();
  if (table === undefined) return;
  throw new CorruptError(`the catalog is damaged: ${describeDamagedTable(table)}`, {
    hint: `${repairHint(repository.path)}; a TIME that is exactly that of a snapshot needs no repair`,
  });
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
