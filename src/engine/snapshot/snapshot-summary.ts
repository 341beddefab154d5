// A snapshot as reports show it.
import type { Snapshot } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { type StoredNote, decodeNotes } from '../../repository/stored/stored-notes.js';
import { decodeServer } from '../../repository/stored/stored-server.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { ServerReport } from '../server/server-report.js';
import { formatTime } from './time-spec.js';

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
  /** What the server said that it was taken of; null where none was asked. */
  readonly server: ServerReport | null;
  /** Notes of severity `look` from its backup; empty when all was well. */
  readonly notes: readonly StoredNote[];
}

/** @throws CorruptError for a row that no backup has written */
export function summarizeSnapshot(snapshot: Snapshot): SnapshotSummary {
  try {
    return summarize(snapshot);
  } catch (cause) {
    if (cause instanceof CorruptError) throw cause;
    throw new CorruptError(`the row of snapshot ${snapshot.id} in the catalog is malformed`, {
      snapshotId: snapshot.id,
      hint: "'redis-rewind verify REPO' shows what is damaged",
      cause,
    });
  }
}

/** @throws RangeError for a time beyond all calendars; CorruptError */
function summarize(snapshot: Snapshot): SnapshotSummary {
  return {
    id: snapshot.id,
    time: formatTime(snapshot.timeSeconds),
    files: snapshot.files,
    sourceBytes: snapshot.sourceBytes,
    addedBytes: snapshot.addedBytes,
    newFiles: snapshot.newFiles,
    changedFiles: snapshot.changedFiles,
    deletedFiles: snapshot.deletedFiles,
    incrementBytes: snapshot.incrementBytes,
    host: snapshot.host,
    source: formatPath(snapshot.source),
    server: decodeServer(snapshot),
    notes: decodeNotes(snapshot),
  };
}
