// What the catalog keeps as JSON, as far as it can be read. No byte of a file depends on these records, so a
// damaged one is left out and told of, and everything else goes on.
import type { Snapshot } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { type StoredReason, decodeReasons } from './stored-alarm.js';
import { type StoredFindings, decodeFindings } from './stored-findings.js';
import { type StoredNote, decodeNotes } from './stored-notes.js';
import { type StoredServer, decodeServer } from './stored-server.js';

/** Messages that say which record is damaged, and why. */
export type RecordDamage = readonly string[];

export interface SnapshotRecords {
  /** Empty where they are damaged. */
  readonly notes: readonly StoredNote[];
  /** Null where no server was asked, and where the record is damaged. */
  readonly server: StoredServer | null;
  readonly damage: RecordDamage;
}

export function readSnapshotRecords(
  snapshot: Pick<Snapshot, 'id' | 'notesJson' | 'serverJson'>,
): SnapshotRecords {
  const damage: string[] = [];
  return {
    notes: decodeOr([], damage, () => decodeNotes(snapshot)),
    server: decodeOr(null, damage, () => decodeServer(snapshot)),
    damage,
  };
}

export interface ReadFindings {
  /** Null where they are damaged. */
  readonly found: StoredFindings | null;
  readonly damage: RecordDamage;
}

/** @param content as decodeFindings has it */
export function readFindings(content: string, foundJson: string): ReadFindings {
  const damage: string[] = [];
  return { found: decodeOr(null, damage, () => decodeFindings(content, foundJson)), damage };
}

export interface ReadReasons {
  /** One reason of the kind `damaged` where they are damaged: an alarm must not be lost by damage. */
  readonly reasons: readonly StoredReason[];
  readonly damage: RecordDamage;
}

export function readReasons(snapshotId: number, reasonsJson: string): ReadReasons {
  const damage: string[] = [];
  const unknown = { path: null, database: null, type: null, before: null, now: null };
  const otherwise = [{ kind: 'damaged', ...unknown }];
  const reasons = decodeOr(otherwise, damage, () => decodeReasons(snapshotId, reasonsJson));
  return { reasons, damage };
}

function decodeOr<T, U>(otherwise: U, damage: string[], decode: () => T): T | U {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    damage.push(error.message);
    return otherwise;
  }
}
