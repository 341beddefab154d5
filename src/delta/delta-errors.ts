// The words for what the wasm delta reader rejects; the numbers are those of wasm/delta-reader.ts.
import type { EngineExports } from './engine-exports.js';
import { DeltaFormatError } from './delta-format-error.js';

const REASONS: Record<number, (value: number) => string> = {
  1: (value) =>
    `not a librsync delta: its magic number is 0x${value.toString(16).padStart(8, '0')}`,
  2: (value) => `delta has the reserved opcode 0x${value.toString(16)}`,
  3: () => 'delta has a command of length zero',
  4: (value) => `delta has a command with the impossible number ${value}`,
  5: () => 'delta goes on after its end',
  6: () => 'delta ends before its END command',
  7: (value) => `delta copies up to byte ${value}, beyond the end of its basis`,
  8: (value) => `delta makes more than the ${value} bytes its result has`,
};

/** The error in which the reader of this engine stopped. */
export function deltaFormatError(exports: EngineExports): DeltaFormatError {
  const reason = REASONS[exports.readerErrorCode()];
  if (reason === undefined) throw new Error('the delta reader stopped without an error');
  return new DeltaFormatError(reason(exports.readerErrorValue()), exports.readerErrorAt());
}
