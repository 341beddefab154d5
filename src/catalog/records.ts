// The records of the catalog as the rest of the program sees them. Ids are positive integers.
import type { BytePath } from '../system/files/byte-path.js';

export type EntryType = 'file' | 'directory' | 'symlink';

/** The true metadata of one entry, whether or not the mirror could carry it. */
export interface EntryMetadata {
  /** Permission bits with set-id and sticky, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of the numbers on the machine of the backup; null where they had none. */
  readonly ownerName: string | null;
  readonly groupName: string | null;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
}

/** What tells a content from every other one. */
export interface ContentKey {
  readonly sha256: Buffer;
  readonly sizeBytes: number;
}

/** A file's content, identified by its digest; the same content at two paths is one record. */
export interface Content extends ContentKey {
  readonly id: number;
}

/** One path over a range of snapshots. */
export interface Version extends EntryMetadata {
  readonly id: number;
  /** Relative to SOURCE, and so to the mirror; '' is the root. */
  readonly path: BytePath;
  readonly firstSnapshot: number;
  /** Null where the version is the newest. */
  readonly lastSnapshot: number | null;
  readonly type: EntryType;
  /** Of a file; null for the other types. */
  readonly content: Content | null;
  /** Of a symbolic link; null for the other types. */
  readonly linkTarget: BytePath | null;
  /** The file could not be read whole at first_snapshot: this is what was there before. */
  readonly stale: boolean;
}

export type NewVersion = Omit<Version, 'id' | 'firstSnapshot' | 'lastSnapshot' | 'content'> & {
  readonly contentId: number | null;
};

export interface Snapshot {
  readonly id: number;
  /** Whole UTC seconds since the epoch. */
  readonly timeSeconds: number;
  readonly host: string;
  readonly source: BytePath;
  /** Name and version of the program that made it. */
  readonly program: string;
  readonly files: number;
  readonly sourceBytes: number;
  readonly newFiles: number;
  readonly changedFiles: number;
  readonly deletedFiles: number;
  readonly incrementBytes: number;
  readonly addedBytes: number;
  /** JSON array of the notes of its backup that need a look (repository/stored/stored-notes.ts). */
  readonly notesJson: string;
  /** JSON object of what its server said (repository/stored/stored-server.ts); null where none was asked. */
  readonly serverJson: string | null;
  /** SHA-256 over its own rows in canonical form (snapshot-digest.ts). */
  readonly digest: Buffer;
}

/** What rebuilds one content that has left the mirror. */
export interface Increment {
  /** Also the name of its file in increments/; never reused. */
  readonly id: number;
  readonly kind: 'full' | 'delta';
  /** The content that it rebuilds. */
  readonly resultId: number;
  /** The content that a delta applies to; null for a full copy. */
  readonly basisId: number | null;
  /** What applying it gives; differs from the content's own digest where the mirror had been damaged. */
  readonly resultSha256: Buffer;
  readonly resultBytes: number;
  /** Length of the stored bytes once decompressed. */
  readonly plainBytes: number;
  /** Length and digest of the file in increments/. */
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

/** What was found in a content when it was read. */
export interface ExaminationRecord {
  /** Whether a server would load it; null where it holds what was not known. */
  readonly loads: boolean | null;
  /** What is wrong or not known; null where all is well. */
  readonly problem: string | null;
  /** JSON object (repository/stored/stored-findings.ts). */
  readonly foundJson: string;
}

/** One step that the last commit still owes the mirror; see docs/format.md, "Owed operations". */
export interface OwedOperation {
  readonly kind:
    'retire' | 'make-directory' | 'place' | 'remove-directory' | 'set-metadata' | 'sync';
  readonly path: BytePath;
  /** Name below staging/, such as `new/3`; null where the kind has none. */
  readonly staged: string | null;
}

/** The stat of a source entry when it was last read; what tells that it has not changed. */
export interface SourceState {
  readonly path: BytePath;
  readonly device: bigint;
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** False where the file had been touched less than two seconds before it was read. */
  readonly settled: boolean;
}

export interface RepositoryRecord {
  readonly uuid: string;
  /** Whole UTC seconds since the epoch. */
  readonly createdAtSeconds: number;
  /** Moves with every transaction. */
  readonly generation: number;
}

/** How much a verification looks at. */
export type VerificationMode = 'full' | 'quick' | 'sample' | 'timed';

/** A verification that has ended. Times are whole UTC seconds since the epoch. */
export interface VerificationRecord {
  readonly mode: VerificationMode;
  /** The one that was verified; null for all of them. */
  readonly snapshot: number | null;
  /** Of a timed one: what was checked from then on is not checked again before all has been. */
  readonly roundStartedAtSeconds: number;
  readonly startedAtSeconds: number;
  readonly finishedAtSeconds: number;
  readonly problems: number;
  /** Contents of which every byte was compared, and their sizes together. */
  readonly checkedContents: number;
  readonly checkedBytes: number;
  /** What was to be checked as well, and was not. */
  readonly leftContents: number;
  readonly leftBytes: number;
}

/** When every byte of a content was last compared with its digest. */
export interface ContentCheck {
  readonly content: Content;
  /** Whole UTC seconds since the epoch: when the run that did it began. */
  readonly checkedAtSeconds: number;
  readonly whole: boolean;
}
