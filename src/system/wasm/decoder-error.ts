// The error of a decoder of the engine: the bytes break the format that they should have. A decoder
// stops between two steps, so its instance can be used again (instance-pool.ts).
import { CorruptError, type RewindErrorOptions } from '../../errors.js';

export class DecoderError extends CorruptError {
  /** Offset of the byte at which the error was found, counted in what was decoded. */
  readonly atByte: number;

  constructor(reason: string, atByte: number, options: RewindErrorOptions = {}) {
    super(`${reason}, at byte ${atByte}`, options);
    this.atByte = atByte;
  }
}
