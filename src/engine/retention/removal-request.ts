// What a removal is asked for, after the command line has been read.
import type { BytePath } from '../../system/files/byte-path.js';
import type { RequestedTime } from '../snapshot/time-spec.js';
import type { KeepRules } from '../keep/keep-rules.js';

export interface RemovalRequest {
  readonly repository: BytePath;
  readonly selection: RequestedSelection;
  /** Pinned snapshots that are named may go, and so may all but the newest at once. */
  readonly force: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** How much of bytes or keys may be gone without an alarm, in per cent; of snapshots that were never compared. */
  readonly alarmPercent: number;
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
}

export type RequestedSelection =
  | {
      readonly kind: 'rules';
      readonly rules: KeepRules;
      /** Only snapshots before this moment are considered; null for all of them. */
      readonly olderThan: RequestedTime | null;
    }
  | { readonly kind: 'named'; readonly ranges: readonly IdRange[] };

/** The numbers from `first` to `last`, both of them too. One number is a range of itself. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}
