// The rolling sum of a block, of either of librsync's kinds.
//   rollsum    s1 = sum(byte + 31), s2 = sum of all values s1 had; the sum is s2 << 16 | s1
//   rabinkarp  h = 1, then h = h * MULTIPLIER + byte for each byte

const OFFSET: u32 = 31;
const MULTIPLIER: u32 = 0x08104225;
/** MULTIPLIER * INVERSE = 1 (mod 2^32). */
const INVERSE: u32 = 0x98f009ad;

let isRollsum: bool = false;
let count: u32 = 0;
let s1: u32 = 0;
let s2: u32 = 0;
let hash: u32 = 1;
/** MULTIPLIER to the power of count. */
let power: u32 = 1;

export function useWeak(rollsum: bool): void {
  isRollsum = rollsum;
}

export function weakBegin(): void {
  count = 0;
  s1 = 0;
  s2 = 0;
  hash = 1;
  power = 1;
}

export function weakUpdate(from: usize, length: u32): void {
  const end = from + length;
  count += length;
  if (isRollsum) {
    let a = s1;
    let b = s2;
    for (let at = from; at < end; at++) {
      a += u32(load<u8>(at)) + OFFSET;
      b += a;
    }
    s1 = a;
    s2 = b;
  } else {
    let h = hash;
    for (let at = from; at < end; at++) h = h * MULTIPLIER + u32(load<u8>(at));
    hash = h;
    power *= powerOf(length);
  }
}

/** MULTIPLIER to the power of `exponent`. */
function powerOf(exponent: u32): u32 {
  let result: u32 = 1;
  for (let square = MULTIPLIER; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result *= square;
    square *= square;
  }
  return result;
}

/** The bit that stands for a sum, in a filter of 1 << (32 - shift) bits. */
// @ts-ignore: decorator
@inline
export function filterBit(sum: u32, shift: u32): u32 {
  return (sum * 0x9e3779b1) >> shift;
}

/**
 * Moves the window, now at `at`, one byte at a time until its sum is in the filter or is `wanted`: at
 * most `most` times. `most` bytes follow the window. Returns how often the window moved.
 */
export function weakRoll(at: usize, most: u32, filter: usize, shift: u32, wanted: u32): u32 {
  return isRollsum
    ? rollRollsum(at, most, filter, shift, wanted)
    : rollRabinkarp(at, most, filter, shift, wanted);
}

function rollRollsum(at: usize, most: u32, filter: usize, shift: u32, wanted: u32): u32 {
  const length = count;
  let a = s1;
  let b = s2;
  let moved: u32 = 0;
  while (moved < most) {
    const out = u32(load<u8>(at + moved));
    a += u32(load<u8>(at + moved + length)) - out;
    b += a - length * (out + OFFSET);
    moved++;
    const sum = (b << 16) | (a & 0xffff);
    const bit = filterBit(sum, shift);
    if ((load<u8>(filter + (bit >> 3)) >> u8(bit & 7)) & 1 || sum == wanted) break;
  }
  s1 = a;
  s2 = b;
  return moved;
}

function rollRabinkarp(at: usize, most: u32, filter: usize, shift: u32, wanted: u32): u32 {
  const length = count;
  const p = power;
  let h = hash;
  let moved: u32 = 0;
  while (moved < most) {
    const out = u32(load<u8>(at + moved));
    h = h * MULTIPLIER + u32(load<u8>(at + moved + length)) - p * (out + MULTIPLIER - 1);
    moved++;
    const bit = filterBit(h, shift);
    if ((load<u8>(filter + (bit >> 3)) >> u8(bit & 7)) & 1 || h == wanted) break;
  }
  hash = h;
  return moved;
}

/** Takes the first byte out of the window. */
export function weakRollout(out: u32): void {
  if (isRollsum) {
    s1 -= out + OFFSET;
    s2 -= count * (out + OFFSET);
  } else {
    power *= INVERSE;
    hash -= power * (out + MULTIPLIER - 1);
  }
  count--;
}

export function weakSum(): u32 {
  return isRollsum ? (s2 << 16) | (s1 & 0xffff) : hash;
}
