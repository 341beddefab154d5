// The result of a backup: the object that `--json` prints (docs/cli.md). Times are ISO 8601 in UTC, paths
// are as formatPath shows them, sizes are bytes.
import type { Note } from '../run/notes.js';
import type { ExaminationReport } from '../snapshot/examination-report.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';

export interface BackupReport {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
  readonly newFiles: number;
  readonly changedFiles: number;
  readonly deletedFiles: number;
  readonly incrementBytes: number;
  readonly elapsedMs: number;
  /** Whether this run made the repository. */
  readonly created: boolean;
  /** Of the dumps and AOF files that were read in this run. */
  readonly examined: readonly ExaminationReport[];
  readonly notes: readonly Note[];
}
