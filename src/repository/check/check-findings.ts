// What checks of a catalog and of its copies find: facts, as plain values. engine/ makes the verdicts and
// the messages of them (decision 0010).

export interface CatalogFaults {
  /** The problems that SQLite's own checks find, one line each. */
  readonly integrity: readonly string[];
  /** The tables whose rows are not as they were written, by name. */
  readonly damagedTables: readonly string[];
  /** Ids of the snapshots whose rows are not as their commits wrote them, oldest first. */
  readonly damagedSnapshots: readonly number[];
  /** How many examinations no longer have their digests. */
  readonly damagedExaminations: number;
  /** How many marks, tags and alarms no longer have their digests. */
  readonly damagedRemarks: number;
  /** Snapshots with names that a restore would refuse, oldest first. */
  readonly unsafeNames: readonly UnsafeName[];
}

export interface UnsafeName {
  readonly snapshotId: number;
  /** Which name is unsafe, and why. */
  readonly message: string;
}

/** The catalog's file has a wrong length. SQLite's own checks miss a last page that is cut off. */
export interface CatalogSizeFault {
  readonly fileBytes: number;
  readonly catalogBytes: number;
}

export type CopyCondition =
  | {
      readonly kind: 'opened';
      /** The newest snapshot in the copy. */
      readonly newestId: number | null;
      readonly faults: CatalogFaults;
      /** See areSameRows in catalog-faults.ts; null where copy and catalog are of different states. */
      readonly hasRowsOfCatalog: boolean | null;
    }
  /** Another process has deleted the copy: each backup deletes the oldest. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreadable'; readonly why: string };
