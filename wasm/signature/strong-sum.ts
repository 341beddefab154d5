// The strong sum of a block, MD4 or BLAKE2b. One sum at a time.
import { blake2bBegin, blake2bEnd, blake2bUpdate } from "./blake2b";
import { md4Begin, md4End, md4Update } from "./md4";

export const MD4_BYTES: u32 = 16;
export const BLAKE2B_BYTES: u32 = 32;

let isMd4: bool = false;

export function useStrong(md4: bool): void {
  isMd4 = md4;
}

export function strongBegin(): void {
  if (isMd4) md4Begin();
  else blake2bBegin();
}

export function strongUpdate(from: usize, length: u32): void {
  if (isMd4) md4Update(from, length);
  else blake2bUpdate(from, length);
}

/** Writes the whole sum: 16 bytes of MD4, 32 of BLAKE2b. */
export function strongEnd(into: usize): void {
  if (isMd4) md4End(into);
  else blake2bEnd(into);
}
