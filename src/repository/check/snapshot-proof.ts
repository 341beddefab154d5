// Proves that the rows of a snapshot are as its commit wrote them. The snapshot carries a digest of these
// rows (docs/format.md, "The digest of a snapshot").
import type { Snapshot, Version } from '../../catalog/records.js';
import { digestSnapshot } from '../../catalog/tables/snapshot-digest.js';

/** @param versions all versions of the snapshot, in byte order of their paths */
export function isAsCommitted(snapshot: Snapshot, versions: readonly Version[]): boolean {
  return digestSnapshot(snapshot, versions).equals(snapshot.digest);
}
