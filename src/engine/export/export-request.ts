// The request for an export, as the command line makes it.
import type { BytePath } from '../../system/files/byte-path.js';
import type { SealingRequest, TargetRequest } from '../archive/archive-request.js';

export interface ExportRequest {
  readonly repository: BytePath;
  /** TIME as it was typed. */
  readonly time: string;
  readonly target: TargetRequest;
  readonly sealing: SealingRequest;
  /** Whether an archive of the same name may be replaced. */
  readonly force: boolean;
  /** Takes the archive where TARGET is a pipe, chunk by chunk; null where there is none. */
  readonly pipe: ((chunk: Uint8Array) => Promise<void>) | null;
}
