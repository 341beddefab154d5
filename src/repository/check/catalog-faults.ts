// Finds what is wrong with the rows of a catalog: the repository's own, or a copy's. Three things are checked: SQLite's
// own checks, the digests of snapshots, tables and examinations, and names that a restore would refuse.
import type { Catalog, RemarkTables } from '../../catalog/catalog.js';
import type { Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { CatalogFaults, UnsafeName } from './check-findings.js';
import { requireSafeNames } from './check-names.js';
import { isAsCommitted } from './snapshot-proof.js';

/**
 * Reads one snapshot at a time, so that signals are heard and a writer of another process can go on in between: no
 * commit and no removal changes what an earlier snapshot lists.
 * @throws CorruptError where a row of the catalog cannot be read, InterruptedError
 */
export async function findCatalogFaults(
  catalog: Catalog,
  checkpoint: Checkpoint,
): Promise<CatalogFaults> {
  const integrity = catalog.integrityProblems();
  const damagedSnapshots: number[] = [];
  const unsafeNames: UnsafeName[] = [];
  for (const snapshot of catalog.read(() => catalog.snapshots.list())) {
    await checkpoint();
    const versions = catalog.read(() =>
      catalog.snapshots.has(snapshot.id) ? catalog.versions.listAt(snapshot.id) : null,
    );
    // A removal has taken it since.
    if (versions === null) continue;
    if (!isAsCommitted(snapshot, versions)) damagedSnapshots.push(snapshot.id);
    const message = findUnsafeName(versions);
    if (message !== null) unsafeNames.push({ snapshotId: snapshot.id, message });
  }
  await checkpoint();
  return catalog.read(() => {
    readOtherRows(catalog);
    const damagedExaminations = catalog.examinations?.countDamaged() ?? 0;
    const damagedTables = catalog.damagedTables();
    const damagedRemarks = catalog.remarks === null ? 0 : countDamagedRemarks(catalog.remarks);
    return {
      integrity,
      damagedTables,
      damagedSnapshots,
      damagedExaminations,
      damagedRemarks,
      unsafeNames,
    };
  });
}

function countDamagedRemarks({ marks, tags, alarms }: RemarkTables): number {
  const damagedMarks = marks.list().filter(({ isDamaged }) => isDamaged).length;
  return damagedMarks + tags.countDamaged() + alarms.countDamaged();
}

/** Reads the rows that no snapshot has. Each is checked as it is read. @throws CorruptError */
export function readOtherRows(catalog: Catalog): void {
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
    faults.damagedRemarks > 0 ||
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
