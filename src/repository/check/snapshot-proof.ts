// Whether the catalog's rows of a snapshot are those that its commit wrote. The digest that the snapshot
// carries tells (docs/format.md, "The digest of a snapshot").
import type { Snapshot, Version } from '../../catalog/records.js';
import { digestSnapshot } from '../../catalog/snapshot-digest.js';

/** @param versions all of the snapshot, in byte order of their paths */
export function isAsCommitted(snapshot: Snapshot, versions: readonly Version[]): boolean {
  return digestSnapshot(snapshot, versions).equals(snapshot.digest);
}
