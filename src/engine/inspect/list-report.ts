// What `list` answers: the objects that `--json` prints (docs/cli.md). Times are ISO 8601 in UTC, paths
// are shown by formatPath, sizes are bytes.
import type { StoredFindings } from '../../repository/stored/stored-findings.js';
import type { StoredReason } from '../../repository/stored/stored-alarm.js';
import type { Note } from '../run/notes.js';
import type { ExaminationReport } from '../snapshot/examination-report.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';

export interface SnapshotListReport {
  readonly repository: string;
  /** Oldest first. */
  readonly snapshots: readonly ListedSnapshot[];
  /** Records that are damaged and left out. */
  readonly notes: readonly Note[];
}

export interface ListedSnapshot extends SnapshotSummary {
  /** In byte order. */
  readonly tags: readonly string[];
  /** Whether no rule removes it. */
  readonly pinned: boolean;
  /** Why it is pinned, as a person has said it; null where nobody has. */
  readonly pinNote: string | null;
  /** Why it raises an alarm; null where it raises none. */
  readonly alarm: ListedAlarm | null;
}

export interface ListedAlarm {
  readonly reasons: readonly StoredReason[];
  /** When a person has confirmed it, as ISO 8601 in UTC; null where nobody has. */
  readonly confirmedAt: string | null;
}

export interface ListedFile {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits as four octal digits, such as `0660`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** Names that the numbers had on the machine of the backup; null where they had none. */
  readonly owner: string | null;
  readonly group: string | null;
  /** ISO 8601 in UTC with nine digits of fraction. */
  readonly mtime: string;
  /** Bytes of a regular file; null for the others. */
  readonly size: number | null;
  /** Hex digest of a regular file's content; null for the others. */
  readonly sha256: string | null;
  readonly linkTarget: string | null;
  /** Whether this is an older version, kept because the file could not be read whole. */
  readonly stale: boolean;
  /** Whether the stored content is known to differ from what was backed up. */
  readonly damaged: boolean;
  /** What was found in it when it was read; null where it was not examined, or the record is damaged. */
  readonly examined:
    (StoredFindings & Pick<ExaminationReport, 'loads' | 'sanitized' | 'problem'>) | null;
}

export interface FileListReport {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
  /** In byte order of their paths; the root itself is `.`. */
  readonly files: readonly ListedFile[];
  readonly notes: readonly Note[];
}

export interface ListedChange {
  readonly path: string;
  /** `changed`: another content, type or link target; `metadata`: owner, mode or mtime alone. */
  readonly change: 'new' | 'changed' | 'metadata' | 'deleted';
}

export interface ChangeListReport {
  readonly repository: string;
  readonly since: SnapshotSummary;
  readonly until: SnapshotSummary;
  readonly changes: readonly ListedChange[];
  readonly notes: readonly Note[];
}
