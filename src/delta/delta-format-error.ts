// What a delta or a signature that breaks librsync's grammar ends in: corruption, with the byte at
// which it was found, so that a damaged increment can be told from a wrong basis.
import { CorruptError, type RewindErrorOptions } from '../errors.js';

/** Bytes that are no librsync delta or signature, or a delta that does not fit its basis. */
export class DeltaFormatError extends CorruptError {
  /** Offset in the delta or signature at which it stops making sense. */
  readonly atByte: number;

  constructor(reason: string, atByte: number, options: RewindErrorOptions = {}) {
    super(`${reason}, at byte ${atByte}`, options);
    this.atByte = atByte;
  }
}
