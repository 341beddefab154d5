// What happens to a disk, one step at a time: the log that a recorded run leaves, and from which the
// disk of any of its moments is made again. Files and directories are named by number, as a disk has
// them: a name is only an entry in a directory.
import type { BytePath } from '../../../src/system/files/byte-path.js';

/** A file, link or directory of a disk; never used twice. */
export type NodeId = number;

export type NodeType = 'file' | 'directory' | 'symlink';

/** Of the operating system's metadata what the program sets. */
export interface NodeMetadata {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Null where nobody has set it since the last change: some present moment. */
  readonly mtimeNs: bigint | null;
}

/** A name in a directory. */
export interface NameAt {
  readonly directory: NodeId;
  readonly name: BytePath;
}

export type DiskStep =
  | {
      readonly kind: 'make';
      readonly at: NameAt;
      readonly node: NodeId;
      readonly type: NodeType;
      readonly metadata: NodeMetadata;
      /** Of a link; empty otherwise. */
      readonly target: BytePath;
    }
  | { readonly kind: 'rename'; readonly from: NameAt; readonly to: NameAt }
  | { readonly kind: 'remove'; readonly at: NameAt }
  | {
      readonly kind: 'write';
      readonly node: NodeId;
      readonly position: number;
      readonly bytes: Buffer;
    }
  | { readonly kind: 'truncate'; readonly node: NodeId; readonly sizeBytes: number }
  | { readonly kind: 'describe'; readonly node: NodeId; readonly metadata: Partial<NodeMetadata> }
  /** fsync: of a file's bytes and metadata, or of a directory's names and metadata. */
  | { readonly kind: 'sync'; readonly node: NodeId }
  /** A commit of SQLite's, which is durable in itself: the database has these bytes from now on. */
  | { readonly kind: 'database'; readonly node: NodeId; readonly bytes: Buffer };
