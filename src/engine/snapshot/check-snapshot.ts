// Whether the catalog's rows of a snapshot are those that its commit wrote, told by the digest that
// the snapshot carries (docs/format.md, "The digest of a snapshot").
import type { Catalog } from '../../catalog/catalog.js';
import type { Snapshot, Version } from '../../catalog/records.js';
import { digestSnapshot } from '../../catalog/snapshot-digest.js';
import { CorruptError } from '../../errors.js';
import { resolveSeconds, newestAt } from './resolve-snapshot.js';
import { formatTime } from './time-spec.js';

export interface ProvedSnapshot {
  readonly snapshot: Snapshot;
  /** All of the snapshot, in byte order of their paths. */
  readonly versions: readonly Version[];
}

/** @param versions all of the snapshot, in byte order of their paths */
export function isAsCommitted(snapshot: Snapshot, versions: readonly Version[]): boolean {
  return digestSnapshot(snapshot, versions).equals(snapshot.digest);
}

/**
 * The snapshot that TIME means and all that it has, both proved. The one after it is proved as well,
 * unless TIME is the very time of the first: were its time damaged, it might be the one meant.
 * @throws CorruptError; UsageError and NotInSnapshotError as resolveSnapshot has them
 */
export function readProvedSnapshot(catalog: Catalog, time: string, nowMs: number): ProvedSnapshot {
  const snapshots = catalog.snapshots.list();
  snapshots.forEach((snapshot, index) => {
    const before = snapshots[index - 1];
    if (before !== undefined && before.time >= snapshot.time) throw damaged(snapshot);
  });
  const seconds = resolveSeconds(snapshots, time, nowMs);
  const snapshot = newestAt(snapshots, seconds, time);
  const versions = catalog.versions.listAt(snapshot.id);
  if (!isAsCommitted(snapshot, versions)) throw damaged(snapshot);
  const next = snapshots[snapshots.indexOf(snapshot) + 1];
  if (
    next !== undefined &&
    seconds !== snapshot.time &&
    !isAsCommitted(next, catalog.versions.listAt(next.id))
  ) {
    throw damaged(next, `the snapshot before it is whole: '-r ${formatTime(snapshot.time)}'`);
  }
  return { snapshot, versions };
}

function damaged(
  { id }: Snapshot,
  hint = "'redis-rewind verify REPO' shows which snapshots are whole",
): CorruptError {
  return new CorruptError(`the rows of snapshot ${id} in the catalog are not those of its backup`, {
    snapshotId: id,
    hint,
  });
}
