// What a watch is asked for, after the command line has been read.
import type { BackupRequest } from '../backup/backup-request.js';
import type { WatchPace } from './watch-schedule.js';

export interface WatchRequest {
  /** What each snapshot asks for; of the server nothing is asked but what it says of itself. */
  readonly backup: BackupRequest;
  readonly pace: WatchPace;
}
