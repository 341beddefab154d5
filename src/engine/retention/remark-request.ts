// What a person says of one snapshot, after the command line has been read.
import type { BytePath } from '../../system/files/byte-path.js';

export interface RemarkRequest {
  readonly repository: BytePath;
  /** The number of the snapshot. */
  readonly id: number;
  readonly remark: Remark;
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
}

export type Remark =
  /** @property note null leaves the one that is there */
  | { readonly kind: 'pin'; readonly note: string | null }
  | { readonly kind: 'unpin' }
  | { readonly kind: 'tag' | 'untag'; readonly name: string }
  | { readonly kind: 'confirm' };

/** The object that `--json` prints (docs/cli.md). */
export interface RemarkReport {
  readonly repository: string;
  readonly snapshot: number;
  readonly remark: Remark['kind'];
  /** The name that was given or taken; null where none was. */
  readonly tag: string | null;
  /** False where all was so already. */
  readonly changed: boolean;
  /** Numbers of the snapshots with alarms that nobody has confirmed. */
  readonly alarms: readonly number[];
}
