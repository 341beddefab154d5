// The report of an export: the object that `--json` prints (docs/cli.md).
import type { Note } from '../run/notes.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';

export interface ExportReport {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
  /** The store, without the name of the archive; `-` for a pipe. */
  readonly target: string;
  /** The name of the archive in it; null for a pipe. */
  readonly name: string | null;
  readonly encrypted: 'no' | 'passphrase' | 'recipients';
  /** Of the files in the archive. */
  readonly bytes: number;
  /** Of the archive. */
  readonly archiveBytes: number;
  readonly elapsedMs: number;
  readonly notes: readonly Note[];
}
