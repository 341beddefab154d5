// MD4 (RFC 1320), which older signatures use. As a cryptographic hash it is broken. Here it only tells
// blocks apart: whoever stores a delta checks the rebuilt file by a real digest.

const BLOCK: u32 = 64;
const state: usize = memory.data(16, 16);
const partial: usize = memory.data(64, 16);
let filled: u32 = 0;
let total: u64 = 0;

export function md4Begin(): void {
  store<u32>(state, 0x67452301);
  store<u32>(state, 0xefcdab89, 4);
  store<u32>(state, 0x98badcfe, 8);
  store<u32>(state, 0x10325476, 12);
  filled = 0;
  total = 0;
}

export function md4Update(from: usize, length: u32): void {
  total += length;
  if (filled != 0) {
    const fits = min(length, BLOCK - filled);
    memory.copy(partial + filled, from, fits);
    filled += fits;
    from += fits;
    length -= fits;
    if (filled < BLOCK) return;
    compress(partial);
    filled = 0;
  }
  while (length >= BLOCK) {
    compress(from);
    from += BLOCK;
    length -= BLOCK;
  }
  memory.copy(partial, from, length);
  filled = length;
}

/** Writes the 16 bytes of the hash. */
export function md4End(into: usize): void {
  const bits = total * 8;
  store<u8>(partial + filled, 0x80);
  filled++;
  if (filled > BLOCK - 8) {
    memory.fill(partial + filled, 0, BLOCK - filled);
    compress(partial);
    filled = 0;
  }
  memory.fill(partial + filled, 0, BLOCK - 8 - filled);
  store<u64>(partial, bits, 56);
  compress(partial);
  memory.copy(into, state, 16);
}

// @ts-ignore: decorator
@inline
function word(block: usize, index: u32): u32 {
  return load<u32>(block + (index << 2));
}

// @ts-ignore: decorator
@inline
function step1(a: u32, b: u32, c: u32, d: u32, x: u32, turn: u32): u32 {
  return rotl(a + ((b & c) | (~b & d)) + x, turn);
}

// @ts-ignore: decorator
@inline
function step2(a: u32, b: u32, c: u32, d: u32, x: u32, turn: u32): u32 {
  return rotl(a + ((b & c) | (b & d) | (c & d)) + x + 0x5a827999, turn);
}

// @ts-ignore: decorator
@inline
function step3(a: u32, b: u32, c: u32, d: u32, x: u32, turn: u32): u32 {
  return rotl(a + (b ^ c ^ d) + x + 0x6ed9eba1, turn);
}

function compress(block: usize): void {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  for (let i: u32 = 0; i < 16; i += 4) {
    a = step1(a, b, c, d, word(block, i), 3);
    d = step1(d, a, b, c, word(block, i + 1), 7);
    c = step1(c, d, a, b, word(block, i + 2), 11);
    b = step1(b, c, d, a, word(block, i + 3), 19);
  }
  for (let i: u32 = 0; i < 4; i++) {
    a = step2(a, b, c, d, word(block, i), 3);
    d = step2(d, a, b, c, word(block, i + 4), 5);
    c = step2(c, d, a, b, word(block, i + 8), 9);
    b = step2(b, c, d, a, word(block, i + 12), 13);
  }
  // The third round takes the words in the order of their bit-reversed index.
  for (let n: u32 = 0; n < 4; n++) {
    const i = ((n & 1) << 1) | (n >> 1);
    a = step3(a, b, c, d, word(block, i), 3);
    d = step3(d, a, b, c, word(block, i + 8), 9);
    c = step3(c, d, a, b, word(block, i + 4), 11);
    b = step3(b, c, d, a, word(block, i + 12), 15);
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
}
