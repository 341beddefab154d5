// What a watch is asked for, after the command line has been read.
import type { BackupReport } from '../backup/backup-report.js';
import type { BackupRequest } from '../backup/backup-request.js';
import type { RunContext } from '../run/run-context.js';
import type { WatchPace } from './watch-schedule.js';

export interface WatchRequest {
  /** What each snapshot asks for; of the server nothing is asked but what it says of itself. */
  readonly backup: BackupRequest;
  readonly pace: WatchPace;
  /** Takes the snapshot, with what belongs to it, such as keep rules. It is called each time. */
  readonly takeSnapshot: (request: BackupRequest, context: RunContext) => Promise<TakenReport>;
}

export interface TakenReport extends BackupReport {
  /** How many snapshots the keep rules have removed; null or missing where there are no rules. */
  readonly removal?: { readonly removed: number } | null;
}
