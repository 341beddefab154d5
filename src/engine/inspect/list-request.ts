// What `list` and `info` are asked for, after the command line has been read.
import type { BytePath } from '../../system/files/byte-path.js';

export interface ListRequest {
  readonly repository: BytePath;
}

export interface SnapshotRequest extends ListRequest {
  /** TIME as it was typed. */
  readonly time: string;
}
