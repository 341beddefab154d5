// What a repair is asked for, after the command line has been read.
import type { BytePath } from '../../system/files/byte-path.js';

export interface RepairRequest {
  readonly repository: BytePath;
  /** Where the files of the mirror may be found again; null for nowhere. */
  readonly source: BytePath | null;
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
}
