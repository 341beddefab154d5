// The words for what the decoders reject. wasm/delta/format-error.ts has the numbers.
import { DeltaFormatError } from '../delta-format-error.js';
import type { EngineExports } from './engine-exports.js';

const REASONS: Record<number, (value: number) => string> = {
  1: (value) => `not a librsync delta: its magic number is ${paddedHex(value, 8)}`,
  2: (value) => `delta has the reserved opcode ${paddedHex(value, 2)}`,
  3: () => 'delta has a command of length zero',
  4: (value) => `delta has a command with the impossible number ${value}`,
  5: () => 'delta goes on after its end',
  6: () => 'delta ends before its END command',
  7: (value) => `delta copies up to byte ${value}, beyond the end of its basis`,
  8: (value) => `delta makes more than the ${value} bytes its result has`,
  9: (value) => `not a librsync signature: its magic number is ${paddedHex(value, 8)}`,
  10: (value) => `signature has blocks of ${value} bytes; 1 to 67108864 are supported`,
  11: (value) => `signature has strong sums of ${value} bytes, which its kind cannot have`,
  12: () => 'signature ends in the middle of a block',
  13: (value) => `signature is longer than the ${value} bytes that are supported`,
  14: () => 'the table of a delta, in a temporary file, is no longer what was written',
};

/** The error with which the decoder of this engine stopped. */
export function toFormatError(exports: EngineExports): DeltaFormatError {
  const reason = REASONS[exports.errorCode()];
  if (reason === undefined) throw new Error('a decoder stopped without an error');
  return new DeltaFormatError(reason(exports.errorValue()), exports.errorAt());
}

function paddedHex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
