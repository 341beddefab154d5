// What decoding a part of an RDB ends in when its bytes make no sense: corruption, with the byte at
// which it was found. A walk does not throw it: it stops and says why (stop-reasons.ts).
import { CorruptError, type RewindErrorOptions } from '../../errors.js';

export class RdbFormatError extends CorruptError {
  /** Offset in the bytes that were decoded, or in the file where it was read. */
  readonly atByte: number;

  constructor(reason: string, atByte: number, options: RewindErrorOptions = {}) {
    super(`${reason}, at byte ${atByte}`, options);
    this.atByte = atByte;
  }
}
