// A snapshot as reports show it.
import type { Snapshot } from '../catalog/records.js';
import { CorruptError } from '../errors.js';
import { formatPath } from '../system/byte-path.js';
import type { Note, ServerReport, SnapshotSummary } from './reports.js';
import { formatTime } from './time-spec.js';

/** @throws CorruptError for a row that no backup has written */
export function summarizeSnapshot(snapshot: Snapshot): SnapshotSummary {
  try {
    return summarize(snapshot);
  } catch (cause) {
    throw new CorruptError(`the catalog's row of snapshot ${snapshot.id} makes no sense`, {
      hint: "'redis-rewind verify REPO' shows what is damaged",
      cause,
    });
  }
}

/** @throws RangeError for a time beyond all calendars, SyntaxError for notes that are no JSON */
function summarize(snapshot: Snapshot): SnapshotSummary {
  return {
    id: snapshot.id,
    time: formatTime(snapshot.time),
    files: snapshot.files,
    sourceBytes: snapshot.sourceBytes,
    addedBytes: snapshot.addedBytes,
    newFiles: snapshot.newFiles,
    changedFiles: snapshot.changedFiles,
    deletedFiles: snapshot.deletedFiles,
    incrementBytes: snapshot.incrementBytes,
    host: snapshot.host,
    source: formatPath(snapshot.source),
    server: snapshot.server === null ? null : (JSON.parse(snapshot.server) as ServerReport),
    notes: JSON.parse(snapshot.notes) as Note[],
  };
}
