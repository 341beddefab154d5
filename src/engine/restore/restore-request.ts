// What a restore is asked for, after the command line has been read.
import type { BytePath } from '../../system/files/byte-path.js';

export interface RestoreRequest {
  /** REPO or REPO/PATH as it was typed; the repository in it is found by its catalog. */
  readonly repositoryPath: string;
  /** TIME as it was typed. */
  readonly time: string;
  readonly destination: BytePath;
  /** Replace files that are there. */
  readonly force: boolean;
  /** `--chown`: NAME:NAME or numbers as typed; null keeps the recorded numbers. */
  readonly owner: string | null;
}
