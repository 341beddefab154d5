// A hash of 64 bits under a secret key, to find the same name twice. Without the key nobody can make names
// that collide, and by chance two of a hundred million names do so once in thousands of files. It multiplies
// words that are mixed with the key and folds the product of 128 bits, as wyhash does.

let key0: u64 = 0;
let key1: u64 = 0;
let key2: u64 = 0;

/** Call this before a job that compares names, with random numbers. */
export function setHashKey(low: u64, high: u64): void {
  key0 = low ^ 0xa0761d6478bd642f;
  key1 = high ^ 0xe7037ed1a0b428db;
  key2 = fold(key0 ^ 0x8ebc6af09c88c6e3, key1 ^ 0x589965cc75374cc3);
}

/** Hash of `length` bytes at `at`, never 0. Up to 15 bytes behind them are loaded, and not used. */
// @ts-ignore: decorator
@inline
export function hashBytesOf(domain: u64, at: usize, length: usize): u64 {
  const seed = seedOf(domain, u64(length));
  // Most names are short.
  if (length <= 8) return fold(lowBytes(load<u64>(at), u64(length)) ^ key1, seed) | 1;
  if (length <= 16) {
    return fold(load<u64>(at) ^ key1, lowBytes(load<u64>(at, 8), u64(length) - 8) ^ seed) | 1;
  }
  return hashLong(seed, at, length);
}

function hashLong(hash: u64, at: usize, length: usize): u64 {
  const end = at + length;
  while (at + 16 <= end) {
    hash = fold(load<u64>(at) ^ key1, load<u64>(at, 8) ^ hash);
    at += 16;
  }
  const left = u64(end - at);
  const first = left >= 8 ? load<u64>(at) : lowBytes(load<u64>(at), left);
  const second = left > 8 ? lowBytes(load<u64>(at, 8), left - 8) : 0;
  return fold(fold(first ^ key1, second ^ hash) ^ key2, key0) | 1;
}

/** Hash of a number, never 0. */
// @ts-ignore: decorator
@inline
export function hashInteger(domain: u64, value: i64): u64 {
  return fold(u64(value) ^ key2, seedOf(domain, u64.MAX_VALUE)) | 1;
}

// @ts-ignore: decorator
@inline
function seedOf(domain: u64, length: u64): u64 {
  return key0 ^ (domain * 0x9e3779b97f4a7c15 + length * 0xd6e8feb86659fd93);
}

// @ts-ignore: decorator
@inline
function lowBytes(word: u64, count: u64): u64 {
  return count == 8 ? word : word & ((u64(1) << (count * 8)) - 1);
}

/** The two halves of the product, one upon the other. */
// @ts-ignore: decorator
@inline
function fold(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const cross = aLow * bHigh;
  const middle = (low >> 32) + (cross & 0xffffffff) + aHigh * bLow;
  return ((middle << 32) | (low & 0xffffffff)) ^ (aHigh * bHigh + (cross >> 32) + (middle >> 32));
}
