// Hashes of the bytes of an RDB. hashBytes is for a key or an element's name, to find the same one in
// another dump. It covers at most HASHED_MOST bytes, so only that much must be in memory.
// hashContent is for whole records, to tell equal ones: it works on four lanes side by side. Neither of
// them resists somebody who makes keys collide on purpose.

/** How many bytes of a string the hash covers, including the encoded length. */
export const HASHED_MOST: u32 = 1024;

// Odd multipliers with well-spread bits (the fractional parts of irrational numbers, made odd).
const MULTIPLIER_1: u64 = 0x9e3779b97f4a7c15;
const MULTIPLIER_2: u64 = 0xd6e8feb86659fd93;

/** Hash of `length` bytes at `at`. Up to seven bytes behind them are loaded, and not used. */
export function hashBytes(seed: u64, at: usize, length: u32): u64 {
  let hash = (seed + 1) * MULTIPLIER_1 + length;
  const end = at + length;
  while (at + 8 <= end) {
    hash = (hash ^ load<u64>(at)) * MULTIPLIER_1;
    hash ^= hash >> 32;
    at += 8;
  }
  if (at < end) {
    const rest = load<u64>(at) & ((u64(1) << (u64(end - at) * 8)) - 1);
    hash = (hash ^ rest) * MULTIPLIER_1;
    hash ^= hash >> 32;
  }
  hash *= MULTIPLIER_2;
  return hash ^ (hash >> 32);
}

const MULTIPLIER_3: u64 = 0xc2b2ae3d27d4eb4f;
const MULTIPLIER_4: u64 = 0x165667b19e3779f9;

/** Hash of `length` bytes at `at`. All of its bits can be used. Up to seven bytes more are loaded. */
export function hashContent(seed: u64, at: usize, length: u32): u64 {
  let a = seed + MULTIPLIER_1;
  const end = at + length;
  if (length >= 32) {
    let b = seed + MULTIPLIER_2;
    let c = seed ^ MULTIPLIER_3;
    let d = seed ^ MULTIPLIER_4;
    while (at + 32 <= end) {
      a = rotl(a ^ load<u64>(at), 27) * MULTIPLIER_1;
      b = rotl(b ^ load<u64>(at, 8), 29) * MULTIPLIER_2;
      c = rotl(c ^ load<u64>(at, 16), 31) * MULTIPLIER_3;
      d = rotl(d ^ load<u64>(at, 24), 33) * MULTIPLIER_4;
      at += 32;
    }
    a = mix(a ^ rotl(b, 17)) ^ mix(c ^ rotl(d, 43));
  }
  while (at + 8 <= end) {
    a = mix(a ^ load<u64>(at));
    at += 8;
  }
  if (at < end) a = mix(a ^ (load<u64>(at) & ((u64(1) << (u64(end - at) * 8)) - 1)));
  return mix(a + length);
}

// @ts-ignore: decorator
@inline
function mix(value: u64): u64 {
  value = (value ^ (value >> 32)) * MULTIPLIER_3;
  return value ^ (value >> 29);
}
