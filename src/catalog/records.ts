// The records of the catalog as the rest of the program sees them. Ids are positive integers.
import type { BytePath } from '../system/files/byte-path.js';

export type EntryType = 'file' | 'directory' | 'symlink';

/** The metadata that an entry has in SOURCE. The mirror's entry may differ: not every user can set an owner. */
export interface EntryMetadata {
  /** Permission bits, set-id and sticky bits included: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of uid and gid on the machine of the backup; null where a number had no name. */
  readonly ownerName: string | null;
  readonly groupName: string | null;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
}

/** What identifies a content. */
export interface ContentKey {
  readonly sha256: Buffer;
  readonly sizeBytes: number;
}

/** The content of a file. Two paths with the same content share one record. */
export interface Content extends ContentKey {
  readonly id: number;
}

/** One path over a range of snapshots. */
export interface Version extends EntryMetadata {
  readonly id: number;
  /** Relative to SOURCE and to the mirror; '' is the root. */
  readonly path: BytePath;
  readonly firstSnapshot: number;
  /** Null while the newest snapshot has this version. */
  readonly lastSnapshot: number | null;
  readonly type: EntryType;
  /** Of a file; null for the other types. */
  readonly content: Content | null;
  /** Of a symbolic link; null for the other types. */
  readonly linkTarget: BytePath | null;
  /** The file could not be read whole at firstSnapshot, so this version has its earlier content. */
  readonly isStale: boolean;
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
  /** JSON object with the details of the server (repository/stored/stored-server.ts); null without one. */
  readonly serverJson: string | null;
  /** SHA-256 over its own rows in canonical form (snapshot-digest.ts). */
  readonly digest: Buffer;
}

/** What rebuilds one content that is no longer in the mirror. */
export interface Increment {
  /** Never reused. The file in increments/ has this number as its name. */
  readonly id: number;
  readonly kind: 'full' | 'delta';
  /** The content that the increment rebuilds. */
  readonly resultId: number;
  /** The content that a delta applies to; null for a full copy. */
  readonly basisId: number | null;
  /** Digest of the result. It differs from the content's own digest where the mirror file was damaged. */
  readonly resultSha256: Buffer;
  readonly resultBytes: number;
  /** Length of the decompressed bytes. */
  readonly plainBytes: number;
  /** Length and digest of the file in increments/. */
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

/** What a reading of a content has found. */
export interface ExaminationRecord {
  /** Whether a server would load the content; null where a part of the content was not understood. */
  readonly loads: boolean | null;
  /** What is wrong, or what was not understood; null where neither is the case. */
  readonly problem: string | null;
  /** JSON object (repository/stored/stored-findings.ts). */
  readonly foundJson: string;
}

/** One operation that the last commit still owes the mirror (docs/format.md, "Owed operations"). */
export interface OwedOperation {
  readonly kind:
    'retire' | 'make-directory' | 'place' | 'remove-directory' | 'set-metadata' | 'sync';
  readonly path: BytePath;
  /** Name below staging/, such as `new/3`; null for kinds that need no staged name. */
  readonly staged: string | null;
}

/** The stat of a source file when it was last read. A file with the same stat has not changed. */
export interface SourceState {
  readonly path: BytePath;
  readonly device: bigint;
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** False where the file was changed less than two seconds before it was read. */
  readonly isSettled: boolean;
}

export interface RepositoryRecord {
  readonly uuid: string;
  /** Whole UTC seconds since the epoch. */
  readonly createdAtSeconds: number;
  /** Raised by every transaction except those that only note verifications. */
  readonly generation: number;
}

/** How much a verification checks. */
export type VerificationMode = 'full' | 'quick' | 'sample' | 'timed';

/** A finished verification. Times are whole UTC seconds since the epoch. */
export interface VerificationRecord {
  readonly mode: VerificationMode;
  /** The id of the snapshot that was verified; null for all snapshots. */
  readonly snapshot: number | null;
  /** For `timed`: contents checked since this time are not checked again until all have been checked. */
  readonly roundStartedAtSeconds: number;
  readonly startedAtSeconds: number;
  readonly finishedAtSeconds: number;
  readonly problems: number;
  /** How many contents were compared byte by byte, and the sum of their sizes. */
  readonly checkedContents: number;
  readonly checkedBytes: number;
  /** The contents that should have been checked too, and were not. */
  readonly leftContents: number;
  readonly leftBytes: number;
}

/** The last comparison of a content's bytes with its digest. */
export interface ContentCheck {
  readonly content: Content;
  /** When the run that compared them began, in whole UTC seconds since the epoch. */
  readonly checkedAtSeconds: number;
  /** Whether the bytes had the digest. */
  readonly isWhole: boolean;
}

/** What a person has said of a snapshot. */
export interface Mark {
  readonly snapshotId: number;
  /** Whether no removal may take the snapshot. */
  readonly isPinned: boolean;
  readonly note: string | null;
  /** Whether the row no longer has its digest. It counts as a pin. */
  readonly isDamaged: boolean;
}

/** A name of a snapshot. Several snapshots may have the same one. */
export interface Tag {
  readonly snapshotId: number;
  readonly name: string;
}

/** What the comparison of a snapshot with the one before has found. */
export interface AlarmRecord {
  readonly snapshotId: number;
  /** JSON array (repository/stored/stored-alarm.ts); of no reasons where nothing was found. */
  readonly reasonsJson: string;
  /** When a person has said that it is as it should be, in whole UTC seconds since the epoch; null where nobody has. */
  readonly confirmedAtSeconds: number | null;
}
