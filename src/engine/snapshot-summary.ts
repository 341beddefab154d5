// A snapshot as reports show it.
import type { Snapshot } from '../catalog/records.js';
import { formatPath } from '../system/byte-path.js';
import type { Note, SnapshotSummary } from './reports.js';
import { formatTime } from './time-spec.js';

export function summarizeSnapshot(snapshot: Snapshot): SnapshotSummary {
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
    notes: JSON.parse(snapshot.notes) as Note[],
  };
}
