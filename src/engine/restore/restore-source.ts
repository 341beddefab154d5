// What a restore reads from: one snapshot, whatever keeps it. The rest of the restore knows no catalog,
// so that a snapshot kept in another way (an archive) only needs another RestoreSource.
import type { Emit } from '../../delta/emit.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { SnapshotSummary } from '../snapshot/snapshot-summary.js';

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
  /** The file could not be read when the snapshot was taken: this is the version before it. */
  readonly isStale: boolean;
  /** Why no server would load the file, as its backup found out; null where nothing is known against it. */
  readonly loadProblem: string | null;
}

export interface RestoreSource {
  /** The repository that holds the snapshot. A destination must not overlap it. */
  readonly repository: BytePath;
  readonly snapshot: SnapshotSummary;
  /**
   * All of the snapshot, in the order in which the source can hand out the files. A directory comes
   * before what is in it. Nothing is proved about the names yet.
   */
  readonly entries: readonly RestoreEntry[];
  /** Whether any snapshot has the path, for an error that helps. */
  hasEverHeld(path: BytePath): boolean;
  /**
   * Emits all bytes of a file in order. A restore reads each file that it wants exactly once, one at a
   * time, in the order of `entries`, so that the source may be a stream that cannot be rewound.
   * @throws CorruptError where the bytes do not have the digest of the backup, and InterruptedError. What
   *   was emitted before must then be thrown away
   */
  read(file: RestoreEntry, emit: Emit): Promise<void>;
  close(): Promise<void>;
}
