// The result of a removal: the object that `--json` prints (docs/cli.md). Times are ISO 8601 in UTC, sizes are bytes.
import type { Note } from '../run/notes.js';
import type { GoReason, StayReason } from '../keep/plan-removal.js';

export interface RemovalReport {
  readonly repository: string;
  readonly dryRun: boolean;
  /** All of the repository before the removal, oldest first. */
  readonly snapshots: readonly DecidedSnapshot[];
  readonly removed: number;
  readonly kept: number;
  /** What came back. Of a dry run: what would come back at least; composing gives more. */
  readonly freedBytes: number;
  readonly elapsedMs: number;
  readonly notes: readonly Note[];
}

export interface DecidedSnapshot {
  readonly id: number;
  readonly time: string;
  readonly goes: boolean;
  readonly reasons: readonly (StayReason | GoReason)[];
}
