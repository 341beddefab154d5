// A snapshot as reports show it.
import type { Snapshot } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { describeDamagedTable } from '../../repository/check/fault-messages.js';
import { type RecordDamage, readSnapshotRecords } from '../../repository/stored/read-stored.js';
import { VERIFY_HINT } from '../../repository/stored/stored-fields.js';
import type { StoredNote } from '../../repository/stored/stored-notes.js';
import type { StoredServer } from '../../repository/stored/stored-server.js';
import { formatPath } from '../../system/files/byte-path.js';
import { type Note, lookNote } from '../run/notes.js';
import { formatTimeOrNull } from './time-spec.js';

export interface SnapshotSummary {
  readonly id: number;
  readonly time: string;
  /** Regular files in the snapshot. */
  readonly files: number;
  /** Sum of the sizes of its regular files. */
  readonly sourceBytes: number;
  /** What it added to the repository beside the mirror: increments and growth of the catalog. */
  readonly addedBytes: number;
  readonly newFiles: number;
  /** Files whose content or metadata differs from the snapshot before. */
  readonly changedFiles: number;
  readonly deletedFiles: number;
  /** The part of addedBytes that is increments. */
  readonly incrementBytes: number;
  readonly host: string;
  readonly source: string;
  /** What the server said that it was taken of; null where none was asked, or the record is damaged. */
  readonly server: StoredServer | null;
  /** Warnings of its backup, and remarks on a recovery before it; empty when there are none, or where they are damaged. */
  readonly notes: readonly StoredNote[];
}

export interface ReadSummary {
  readonly summary: SnapshotSummary;
  /** A warning for each record of the snapshot that is damaged and left out. */
  readonly notes: readonly Note[];
}

/**
 * The summary of a row of the catalog. Damaged notes and a damaged record of the server are left out.
 * @throws CorruptError for a time beyond all calendars
 */
export function summarizeSnapshot(snapshot: Snapshot): ReadSummary {
  const { damage, ...records } = readSnapshotRecords(snapshot);
  return { summary: combineSummary(snapshot, records), notes: damageNotes(damage) };
}

/** @param tables names of tables whose rows are not as they were written */
export function damagedTableNotes(tables: readonly string[]): Note[] {
  return damageNotes(tables.map(describeDamagedTable));
}

export function damageNotes(damage: RecordDamage): Note[] {
  return damage.map((message) => lookNote('damaged-record', null, message, VERIFY_HINT));
}

/** Errors as in summarizeSnapshot. */
export function combineSummary(
  snapshot: Snapshot,
  { server, notes }: Pick<SnapshotSummary, 'server' | 'notes'>,
): SnapshotSummary {
  return {
    id: snapshot.id,
    time: requireTime(snapshot),
    files: snapshot.files,
    sourceBytes: snapshot.sourceBytes,
    addedBytes: snapshot.addedBytes,
    newFiles: snapshot.newFiles,
    changedFiles: snapshot.changedFiles,
    deletedFiles: snapshot.deletedFiles,
    incrementBytes: snapshot.incrementBytes,
    host: snapshot.host,
    source: formatPath(snapshot.source),
    server,
    notes,
  };
}

function requireTime({ id, timeSeconds }: Snapshot): string {
  const time = formatTimeOrNull(timeSeconds);
  if (time !== null) return time;
  throw new CorruptError(`the time of snapshot ${id} is damaged`, {
    snapshotId: id,
    hint: VERIFY_HINT,
  });
}
