// What a recovery brings back: one snapshot, from a repository or from an archive, with what is known of its data. Its files
// may be read more than once: first to plan, then to place them.
import type { BytePath } from '../../../system/files/byte-path.js';
import type { ArchivedSnapshotSummary } from '../../restore/restore-report.js';
import type { RestoreSource } from '../../restore/restore-source.js';
import type { FileFindings } from '../plan/snapshot-data.js';

export interface RecoverySource {
  readonly files: RestoreSource;
  readonly snapshot: ArchivedSnapshotSummary;
  /** Null for a snapshot of a repository. */
  readonly archive: RecoveredArchive | null;
  /** What an examination has found in a file of the snapshot; null where it was not examined. */
  findingsIn(path: BytePath): FileFindings | null;
  /** The command that brings back a file of the snapshot alone, for a person. */
  commandToRestore(path: BytePath): string;
  close(): Promise<void>;
}

export interface RecoveredArchive {
  /** As messages call it. */
  readonly label: string;
  /** In hexadecimal. Archives of the same files have the same, however they are compressed and encrypted. */
  readonly contentDigest: string;
}
