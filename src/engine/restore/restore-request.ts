// The request for a restore, as the command line makes it.
import type { BytePath } from '../../system/files/byte-path.js';

export interface RestoreRequest {
  /** REPO or REPO/PATH as it was typed. The part that is REPO is found by looking for a catalog. */
  readonly repositoryPath: string;
  /** TIME as it was typed. */
  readonly time: string;
  readonly destination: BytePath;
  /** Whether the destination was typed as a directory: `DIR/`, `.`. One file is then put into it. */
  readonly isDirectoryNamed: boolean;
  /** Whether files in the destination may be replaced. */
  readonly force: boolean;
  /** Whether the destination itself is given the recorded metadata, whatever else is in it. */
  readonly setDestination: boolean;
  /** `--chown`: NAME:NAME or numbers as typed; null keeps the recorded numbers. */
  readonly owner: string | null;
}
