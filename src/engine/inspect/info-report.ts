// What `info` answers: the object that `--json` prints (docs/cli.md). Times are ISO 8601 in UTC, sizes
// are bytes.
import type { VerificationMode } from '../../catalog/records.js';
import type { Note } from '../run/notes.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';

/** A verification that the repository remembers. */
export interface VerificationSummary {
  readonly mode: VerificationMode;
  /** The snapshot that was verified; null for all. */
  readonly snapshot: number | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly problems: number;
  readonly contentsChecked: number;
  readonly bytesChecked: number;
  readonly contentsLeft: number;
  readonly bytesLeft: number;
}

export interface InfoReport {
  readonly repository: string;
  readonly repositoryId: string;
  readonly formatVersion: number;
  /** Null where the catalog says a time beyond all calendars. */
  readonly createdAt: string | null;
  readonly host: string;
  readonly source: string;
  readonly snapshots: number;
  readonly oldest: SnapshotSummary | null;
  readonly newest: SnapshotSummary | null;
  readonly files: number;
  readonly mirrorBytes: number;
  readonly increments: number;
  readonly incrementBytes: number;
  readonly catalogBytes: number;
  /** Bytes of everything in REPO: mirror, increments, catalog and its copies. */
  readonly totalBytes: number;
  /** Whether operations of the last commit are still owed on the mirror (the next backup does them). */
  readonly unfinished: boolean;
  /** Null where none was recorded. */
  readonly lastVerification: VerificationSummary | null;
  /** The last that compared every byte of every snapshot. Null where none was recorded. */
  readonly lastFullVerification: VerificationSummary | null;
  /** Records of snapshots that are damaged and left out. */
  readonly notes: readonly Note[];
}
