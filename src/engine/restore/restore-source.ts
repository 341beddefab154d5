// What a restore reads from: one snapshot, wherever it is kept. The rest of the restore knows no catalog. A
// snapshot that is kept in another way, such as in an archive, only needs another RestoreSource.
import type { Emit } from '../../delta/engine/emit.js';
import type { Verdict } from '../../persistence/examine/verdict.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { Note } from '../run/notes.js';

/** One file, directory or symbolic link of a snapshot. */
export interface RestoreEntry {
  /** Inside the snapshot; '' is its root. */
  readonly path: BytePath;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits with set-id and sticky, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of the numbers on the machine of the backup; null where they had none. */
  readonly ownerName: string | null;
  readonly groupName: string | null;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  /** Of a file; 0 for the other types. */
  readonly sizeBytes: number;
  /** Of a symbolic link; null for the other types. */
  readonly linkTarget: BytePath | null;
  /** Whether the file could not be read when the snapshot was taken, so that this is an older version. */
  readonly isStale: boolean;
  /** The verdict of its backup, of a file that was examined; null for others. */
  readonly verdict: Verdict | null;
}

/** What a restore says of the snapshot. */
export interface RestoredSnapshot {
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** What its server said of its AOF: null within it where the AOF was off. Null where no server was asked. */
  readonly server: {
    readonly aof: { readonly files: readonly { readonly path: string }[] } | null;
  } | null;
}

/** The files that a source is read from. A destination must not overlap them. */
export interface SourceLocation {
  readonly path: BytePath;
  /** As messages call it, such as `the repository`. */
  readonly name: string;
  /** Whether `recover` can read it, too. */
  readonly isRepository: boolean;
}

/** What to tell a user who asked for a path that the snapshot lacks. */
export interface Absence {
  /** Whether the source knows that no other snapshot has the path either. */
  readonly isInNoSnapshot: boolean;
  /** How to find a path that is there. */
  readonly hint: string;
}

export interface RestoreSource {
  /** Null where the bytes come from no file, such as from a pipe. */
  readonly location: SourceLocation | null;
  readonly snapshot: RestoredSnapshot;
  /** What is wrong with the snapshot and costs no byte of it, as warnings. Reading may add some. */
  readonly notes: readonly Note[];
  /**
   * All of the snapshot, in the order in which the source can read the files. A directory comes before
   * what is in it. The names are not checked yet.
   */
  readonly entries: readonly RestoreEntry[];
  /** Where a path of the snapshot was when it was backed up, absolute; null where that is not known. */
  placeOf(path: BytePath): BytePath | null;
  explainAbsence(path: BytePath): Absence;
  /**
   * Emits all bytes of a file in order, and proves them by their digest at the end. A restore reads each
   * file that it wants exactly once, one at a time, in the order of `entries`. So the source may be a
   * stream that cannot be rewound.
   * @throws CorruptError when the digest is wrong, InterruptedError. The bytes that were emitted must
   *   then be thrown away
   */
  read(file: RestoreEntry, emit: Emit): Promise<void>;
  /**
   * Called once, when every file that is wanted has been read, and before any is put in its place: what is left of a stream
   * may show that it is damaged.
   * @throws CorruptError, InterruptedError
   */
  finish(): Promise<void>;
  close(): Promise<void>;
}
