// Where and why a decoder stopped. One decoder runs at a time, and clears this when it is opened.
// src/delta/engine/format-reasons.ts has the words for the numbers.

export const BAD_MAGIC = 1;
export const RESERVED_OPCODE = 2;
export const ZERO_LENGTH = 3;
export const OUT_OF_RANGE = 4;
export const AFTER_END = 5;
export const TRUNCATED = 6;
export const BEYOND_BASIS = 7;
export const TOO_LONG = 8;
export const BAD_SIGNATURE_MAGIC = 9;
export const BAD_BLOCK_LENGTH = 10;
export const BAD_STRONG_LENGTH = 11;
export const SIGNATURE_TRUNCATED = 12;
export const SIGNATURE_TOO_LARGE = 13;
export const BAD_TABLE = 14;

let code: i32 = 0;
let at: u64 = 0;
/** The number that is wrong: an opcode, a length or a position. */
let value: u64 = 0;

export function clearError(): void {
  code = 0;
}

export function setError(newCode: i32, newValue: u64, newAt: u64): void {
  code = newCode;
  value = newValue;
  at = newAt;
}

export function errorCode(): i32 {
  return code;
}

export function errorAt(): f64 {
  return f64(at);
}

export function errorValue(): f64 {
  return f64(value);
}
