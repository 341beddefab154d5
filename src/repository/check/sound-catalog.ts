// What a writer checks before its first write: a catalog that is damaged is not written any further. A
// transaction writes the digests of the tables that it changes anew, and so damage in them would never be
// found again.
import type { Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import type { LocalRepository } from '../local-repository.js';
import { repairHint } from '../repair-hint.js';
import { readOtherRows } from './catalog-faults.js';
import {
  describeDamagedSnapshot,
  describeDamagedTable,
  describeSizeFault,
} from './fault-messages.js';
import { findSizeFault } from './file-faults.js';
import { isAsCommitted } from './snapshot-proof.js';

/**
 * Checks the file's length, and the digests of all tables and of the newest snapshot. Older snapshots are left to `verify`.
 * @returns the versions of the newest snapshot, in byte order of their paths
 * @throws CorruptError
 */
export function requireSoundCatalog(local: LocalRepository): Version[] {
  const { catalog, path } = local;
  const newestVersions = catalog.read(() => {
    const [table] = catalog.damagedTables();
    if (table !== undefined) throw damaged(describeDamagedTable(table));
    catalog.repository.get();
    catalog.snapshots.nextId();
    catalog.increments.nextId();
    const newest = catalog.snapshots.newest();
    const versions = catalog.versions.listNewest();
    const isSound = newest === null ? versions.length === 0 : isAsCommitted(newest, versions);
    if (!isSound) throw damaged(describeDamagedSnapshot(newest?.id ?? 0));
    return versions;
  });
  // By now SQLite has rolled back a commit that was cut off, to the size that the journal says.
  const sizeFault = findSizeFault(local);
  if (sizeFault !== null) throw damaged(describeSizeFault(sizeFault));
  return newestVersions;

  function damaged(what: string): CorruptError {
    return new CorruptError(`the catalog is damaged: ${what}`, { path, hint: repairHint(path) });
  }
}

/**
 * Checks a catalog of an older format before its tables get their first digests. Damage in the rows of older
 * snapshots is no reason to refuse: their own digests go on telling it.
 * @throws CorruptError
 */
export function requireSoundForMigration(local: LocalRepository): void {
  const [problem] = local.catalog.integrityProblems();
  if (problem === undefined) local.catalog.read(() => readOtherRows(local.catalog));
  if (problem === undefined) return;
  throw new CorruptError(`the catalog is damaged: ${problem}`, {
    path: local.path,
    hint: repairHint(local.path),
  });
}
