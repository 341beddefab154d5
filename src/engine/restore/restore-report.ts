// The report of a restore: the object that `--json` prints (docs/cli.md).
import type { Note } from '../run/notes.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';

export interface RestoreReport extends RestoreOutcome {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
}

/** The report of a restore from an archive. */
export interface ArchiveRestoreReport extends RestoreOutcome {
  /** As messages call it. */
  readonly archive: string;
  readonly snapshot: ArchivedSnapshotSummary;
}

/** A snapshot without what it costs in the repository that it came from. */
export type ArchivedSnapshotSummary = Pick<
  SnapshotSummary,
  'id' | 'time' | 'files' | 'sourceBytes' | 'host' | 'source' | 'server' | 'notes'
>;

/** What a restore has done, wherever the snapshot was kept. */
export interface RestoreOutcome {
  /** The path inside the snapshot; `.` for all of it. */
  readonly path: string;
  readonly destination: string;
  readonly files: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly notes: readonly Note[];
}
