// The report of a restore: the object that `--json` prints (docs/cli.md).
import type { Note } from '../run/notes.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';

export interface RestoreReport extends RestoreOutcome {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
}

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
