// BLAKE2b (RFC 7693) with a digest of 32 bytes. The length is a parameter of the hash: this is not a
// longer digest cut off. Two 64-bit words are computed in one v128, so a row of the state is two vectors.

const BLOCK: u32 = 128;
/** Parameter block: digest length 32, no key, fanout 1, depth 1. */
const PARAMETERS: u64 = 0x01010020;

const IV: usize = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
]);

/** The order of the message words in each of ten rounds. Rounds 11 and 12 repeat the first two. */
const SIGMA: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
  11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
  7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
  9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
  2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
  12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
  13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
  6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
  10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
]);

const state: usize = memory.data(64, 16);
const partial: usize = memory.data(128, 16);
let filled: u32 = 0;
let total: u64 = 0;

export function blake2bBegin(): void {
  memory.copy(state, IV, 64);
  store<u64>(state, load<u64>(state) ^ PARAMETERS);
  filled = 0;
  total = 0;
}

export function blake2bUpdate(from: usize, length: u32): void {
  if (length == 0) return;
  // A full block is kept until more bytes come: the last block is compressed differently.
  if (filled != 0) {
    const fits = min(length, BLOCK - filled);
    memory.copy(partial + filled, from, fits);
    filled += fits;
    from += fits;
    length -= fits;
    if (length == 0) return;
    total += BLOCK;
    compress(partial, total, 0);
    filled = 0;
  }
  while (length > BLOCK) {
    total += BLOCK;
    compress(from, total, 0);
    from += BLOCK;
    length -= BLOCK;
  }
  memory.copy(partial, from, length);
  filled = length;
}

/** Writes the 32 bytes of the hash. */
export function blake2bEnd(into: usize): void {
  memory.fill(partial + filled, 0, BLOCK - filled);
  compress(partial, total + filled, u64.MAX_VALUE);
  memory.copy(into, state, 32);
}

// @ts-ignore: decorator
@inline
function turn32(x: v128): v128 {
  return i8x16.shuffle(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
}

// @ts-ignore: decorator
@inline
function turn24(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
}

// @ts-ignore: decorator
@inline
function turn16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
}

// @ts-ignore: decorator
@inline
function turn63(x: v128): v128 {
  return v128.or(i64x2.shr_u(x, 63), i64x2.add(x, x));
}

/** The high word of `a` and the low word of `b`. */
// @ts-ignore: decorator
@inline
function across(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** The message words with the numbers sigma[index] and sigma[index + 2]. */
// @ts-ignore: decorator
@inline
function words(block: usize, sigma: usize, index: u32): v128 {
  const low = v128.load64_zero(block + (usize(load<u8>(sigma + index)) << 3));
  return v128.load_lane<u64>(block + (usize(load<u8>(sigma + index + 2)) << 3), low, 1);
}

function compress(block: usize, counter: u64, last: u64): void {
  let a1 = v128.load(state);
  let a2 = v128.load(state, 16);
  let b1 = v128.load(state, 32);
  let b2 = v128.load(state, 48);
  let c1 = v128.load(IV);
  let c2 = v128.load(IV, 16);
  let d1 = v128.xor(v128.load(IV, 32), i64x2.replace_lane(i64x2.splat(0), 0, counter));
  let d2 = v128.xor(v128.load(IV, 48), i64x2.replace_lane(i64x2.splat(0), 0, last));
  for (let round: u32 = 0; round < 12; round++) {
    const sigma = SIGMA + (round < 10 ? round : round - 10) * 16;
    for (let half: u32 = 0; half < 16; half += 8) {
      a1 = i64x2.add(i64x2.add(a1, b1), words(block, sigma, half));
      a2 = i64x2.add(i64x2.add(a2, b2), words(block, sigma, half + 4));
      d1 = turn32(v128.xor(d1, a1));
      d2 = turn32(v128.xor(d2, a2));
      c1 = i64x2.add(c1, d1);
      c2 = i64x2.add(c2, d2);
      b1 = turn24(v128.xor(b1, c1));
      b2 = turn24(v128.xor(b2, c2));
      a1 = i64x2.add(i64x2.add(a1, b1), words(block, sigma, half + 1));
      a2 = i64x2.add(i64x2.add(a2, b2), words(block, sigma, half + 5));
      d1 = turn16(v128.xor(d1, a1));
      d2 = turn16(v128.xor(d2, a2));
      c1 = i64x2.add(c1, d1);
      c2 = i64x2.add(c2, d2);
      b1 = turn63(v128.xor(b1, c1));
      b2 = turn63(v128.xor(b2, c2));
      // Columns to diagonals after the first half, and back after the second.
      const c = c1;
      c1 = c2;
      c2 = c;
      if (half == 0) {
        const b = b1;
        b1 = across(b1, b2);
        b2 = across(b2, b);
        const d = d1;
        d1 = across(d2, d1);
        d2 = across(d, d2);
      } else {
        const b = b1;
        b1 = across(b2, b1);
        b2 = across(b, b2);
        const d = d1;
        d1 = across(d1, d2);
        d2 = across(d2, d);
      }
    }
  }
  v128.store(state, v128.xor(v128.load(state), v128.xor(a1, c1)));
  v128.store(state, v128.xor(v128.load(state, 16), v128.xor(a2, c2)), 16);
  v128.store(state, v128.xor(v128.load(state, 32), v128.xor(b1, d1)), 32);
  v128.store(state, v128.xor(v128.load(state, 48), v128.xor(b2, d2)), 48);
}
