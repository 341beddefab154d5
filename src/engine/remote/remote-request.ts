// What `remote list`, `remote remove` and `remote verify` are asked, as the command line makes it.
import type { OpeningRequest, TargetRequest } from '../archive/archive-request.js';
import type { KeepRules } from '../keep/keep-rules.js';
import type { RequestedTime } from '../snapshot/time-spec.js';

export interface RemoteListRequest {
  readonly target: TargetRequest;
}

export interface RemoteRemovalRequest {
  readonly target: TargetRequest;
  /** Null where TARGET names the archive that goes. */
  readonly rules: {
    readonly keep: KeepRules;
    /** Only archives of snapshots before this moment are considered; null for all of them. */
    readonly olderThan: RequestedTime | null;
  } | null;
  /** All but the newest archive may go at once. */
  readonly force: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}

export interface RemoteVerifyRequest {
  readonly target: TargetRequest;
  readonly opening: OpeningRequest;
}
