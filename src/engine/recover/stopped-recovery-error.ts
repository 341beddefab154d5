// A recovery that has ended before its end. Code and exit code are those of what has stopped it; the hint says where things
// stand.
import { RewindError } from '../../errors.js';

export class StoppedRecoveryError extends RewindError {
  readonly code: string;
  readonly exitCode: number;

  /** @param standing follows the hint of the cause */
  constructor(cause: RewindError, standing: string) {
    const hint = cause.hint === undefined ? standing : `${cause.hint}; ${standing}`;
    super(cause.message, { hint, cause });
    this.code = cause.code;
    this.exitCode = cause.exitCode;
  }
}
