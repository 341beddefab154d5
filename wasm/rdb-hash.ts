// Hash of a key or an element's name, by which the same one is found in another dump. It covers the
// bytes as they stand in the file, at most HASHED_MOST of them, so that no more need be held at once;
// names that agree so far, and hashes that collide, are told apart by who compares the bytes.

/** Bytes of a string, its length among them, that its hash covers. */
export const HASHED_MOST: u32 = 1024;

// Odd multipliers with well-spread bits (the fractional parts of irrational numbers, made odd).
const MULTIPLIER_1: u64 = 0x9e3779b97f4a7c15;
const MULTIPLIER_2: u64 = 0xd6e8feb86659fd93;

/** Hash of `length` bytes at `at`; as many as seven bytes behind them are loaded, and not used. */
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
