// What the manifest of an archive says (docs/archive-format.md, version 1). Plain values: this room knows no repository. What
// a server said and the notes of the backup pass through as JSON. Whoever reads an archive checks them.
import type { BytePath } from '../../system/files/byte-path.js';

export const ARCHIVE_FORMAT = 'redis-rewind-archive';
export const ARCHIVE_VERSION = 1;

export interface ArchiveManifest {
  /** Name and version of the program that wrote the archive. */
  readonly program: string;
  /** The identity of the repository, so that its archives can be told from others; null where it is not known. */
  readonly repositoryId: string | null;
  readonly snapshot: ArchivedSnapshot;
  /** What the server said, as a JSON object (docs/format.md, "What a server said"); null without one. */
  readonly server: unknown;
  /** The notes of the backup, a JSON object each (docs/format.md, "Notes"). */
  readonly notes: readonly unknown[];
  /** Everything in the archive, in the order in which the tar has it. A directory comes before what is in it. */
  readonly entries: readonly ArchiveEntry[];
}

export interface ArchivedSnapshot {
  readonly id: number;
  /** Whole UTC seconds since the epoch. */
  readonly timeSeconds: number;
  /** Name and version of the program that took it. */
  readonly program: string;
  readonly host: string;
  /** The directory that was backed up. */
  readonly source: BytePath;
}

export interface ArchiveEntry {
  /** Inside the snapshot; '' is its root. What `--also` kept lies where the repository has it. */
  readonly path: BytePath;
  readonly type: 'file' | 'directory' | 'symlink';
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly ownerName: string | null;
  readonly groupName: string | null;
  readonly mtimeNs: bigint;
  /** Of a file; 0 for the other types. */
  readonly sizeBytes: number;
  /** Of a file; null for the other types. */
  readonly sha256: Buffer | null;
  /** Of a symbolic link; null for the other types. */
  readonly linkTarget: BytePath | null;
  readonly isStale: boolean;
  /** What the backup found in the file; null where it was not examined. */
  readonly verdict: ArchivedVerdict | null;
}

/** A word of docs/archive-format.md, "Verdicts". A later program may have written another one. */
export interface ArchivedVerdict {
  readonly kind: string;
  /** Null where the file is whole. */
  readonly why: string | null;
}

/** The sizes of all files together. */
export function contentBytes(entries: readonly ArchiveEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What a manifest may hold. Export refuses more, so that every archive that was written can be read. */
export const MANIFEST_LIMITS = {
  entries: 1_000_000,
  notes: 1_000_000,
  /** Of a path or a link's target: PATH_MAX of Linux. */
  pathBytes: 4096,
  /** Of one line. */
  lineBytes: 16 << 20,
  /** In the line of the snapshot. In memory a value may be ten times as large as its text. */
  snapshotValues: 1_000_000,
  /** In a note. */
  noteValues: 16,
  /** In the line of an entry. */
  entryValues: 32,
  bytes: 256 << 20,
} as const;
