// Finds what is wrong with a catalog: the repository's own, or a copy. Four things are checked: SQLite's
// own checks, the digests of snapshots, tables and examinations, names that a restore would refuse, and the length
// of the file.
import type { Catalog } from '../../catalog/catalog.js';
import type { Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { catalogJournalPath, catalogPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import type { CatalogFaults, CatalogSizeFault } from './check-findings.js';
import { requireSafeNames } from './check-names.js';
import { isAsCommitted } from './snapshot-proof.js';

/** @throws CorruptError where a row of the catalog cannot be read */
export function findCatalogFaults(catalog: Catalog): CatalogFaults {
  const integrity = catalog.integrityProblems();
  return catalog.read(() => {
    const damagedSnapshots: number[] = [];
    const unsafeNames: { snapshotId: number; message: string }[] = [];
    for (const snapshot of catalog.snapshots.list()) {
      const versions = catalog.versions.listAt(snapshot.id);
      if (!isAsCommitted(snapshot, versions)) damagedSnapshots.push(snapshot.id);
      const message = findUnsafeName(versions);
      if (message !== null) unsafeNames.push({ snapshotId: snapshot.id, message });
    }
    readOtherRows(catalog);
    const damagedExaminations = catalog.examinations?.countDamaged() ?? 0;
    const damagedTables = catalog.damagedTables();
    return { integrity, damagedTables, damagedSnapshots, damagedExaminations, unsafeNames };
  });
}

/** Reads the rows that no snapshot has. Each is checked as it is read. */
function readOtherRows(catalog: Catalog): void {
  catalog.repository.get();
  catalog.versions.checkUnused();
  catalog.versions.checkContents();
  catalog.increments.list();
  catalog.increments.nextId();
  catalog.snapshots.nextId();
  catalog.owed.list();
  catalog.sourceStates.check();
  catalog.verifications?.list();
  catalog.verifications?.nextId();
  catalog.verifications?.checkTimes();
}

export function hasFaults(faults: CatalogFaults): boolean {
  return (
    faults.integrity.length > 0 ||
    faults.damagedTables.length > 0 ||
    faults.damagedSnapshots.length > 0 ||
    faults.damagedExaminations > 0 ||
    faults.unsafeNames.length > 0
  );
}

function findUnsafeName(versions: readonly Version[]): string | null {
  try {
    requireSafeNames(versions);
    return null;
  } catch (error) {
    if (error instanceof CorruptError) return error.message;
    throw error;
  }
}

/** Null where the catalog's file is as long as the catalog says, and during a commit. */
export function findSizeFault({
  fileSystem,
  path,
  catalog,
}: LocalRepository): CatalogSizeFault | null {
  const stat = fileSystem.stat(catalogPath(path));
  const isSettled = fileSystem.stat(catalogJournalPath(path)) === null;
  const catalogBytes = catalog.read(() => catalog.sizeBytes());
  if (!isSettled || stat === null || Number(stat.size) === catalogBytes) return null;
  return { fileBytes: Number(stat.size), catalogBytes };
}

/** Rows of one state of a catalog, to be compared with the rows of a copy. */
export interface UncoveredRows {
  /** Generation and format version. */
  readonly state: string;
  readonly rows: string;
}

/**
 * Reads the rows that no digest covers: the increments, and which contents have an examination.
 * @throws CorruptError where these rows cannot be read
 */
export function readUncoveredRows(catalog: Catalog): UncoveredRows {
  // One read for both: between two reads, another process could commit a backup.
  return catalog.read(() => ({
    state: [catalog.repository.get().generation, catalog.formatVersion].join(),
    rows: JSON.stringify([catalog.increments.list(), catalog.examinations?.contents()]),
  }));
}

/** Whether both have the same rows; null where the two are of different states. */
export function areSameRows(own: UncoveredRows, copied: UncoveredRows): boolean | null {
  return own.state === copied.state ? own.rows === copied.rows : null;
}
