// Comparing and hashing bytes in memory, and big-endian numbers. The caller has checked the bounds.

/** How many bytes from `a` and `b` on are equal: at most `limit`. */
export function equalForward(a: usize, b: usize, limit: usize): usize {
  let done: usize = 0;
  while (done + 64 <= limit) {
    const p = a + done;
    const q = b + done;
    const first = v128.or(
      v128.xor(v128.load(p), v128.load(q)),
      v128.xor(v128.load(p, 16), v128.load(q, 16)),
    );
    const second = v128.or(
      v128.xor(v128.load(p, 32), v128.load(q, 32)),
      v128.xor(v128.load(p, 48), v128.load(q, 48)),
    );
    if (v128.any_true(v128.or(first, second))) break;
    done += 64;
  }
  while (done + 16 <= limit) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(a + done), v128.load(b + done)));
    if (same != 0xffff) return done + ctz(~same);
    done += 16;
  }
  while (done < limit && load<u8>(a + done) == load<u8>(b + done)) done++;
  return done;
}

/** How many bytes before `aEnd` and `bEnd` are equal: at most `limit`. */
export function equalBackward(aEnd: usize, bEnd: usize, limit: usize): usize {
  let done: usize = 0;
  while (done + 16 <= limit) {
    const same = i8x16.bitmask(
      i8x16.eq(v128.load(aEnd - done - 16), v128.load(bEnd - done - 16)),
    );
    if (same != 0xffff) return done + (clz(~same << 16));
    done += 16;
  }
  while (done < limit && load<u8>(aEnd - done - 1) == load<u8>(bEnd - done - 1)) done++;
  return done;
}

// Odd multipliers with well-spread bits (the fractional parts of irrational numbers, made odd).
const MULTIPLIER_1: u64 = 0x9e3779b97f4a7c15;
const MULTIPLIER_2: u64 = 0xc2b2ae3d27d4eb4f;
const MULTIPLIER_3: u64 = 0x165667b19e3779f9;
const MULTIPLIER_4: u64 = 0xd6e8feb86659fd93;

/** Hash of 16 bytes. Only its high bits depend on all 16. The hash of zeros is zero. */
// @ts-ignore: decorator
@inline
export function hash16(at: usize): u64 {
  return (load<u64>(at) ^ rotl(load<u64>(at, 8), 29)) * MULTIPLIER_1;
}

/** Hash of 32 bytes. All of its bits can be used. */
export function hash32(at: usize): u64 {
  let h = load<u64>(at) * MULTIPLIER_1;
  h = (h ^ (h >> 32) ^ load<u64>(at, 8)) * MULTIPLIER_2;
  h = (h ^ (h >> 29) ^ load<u64>(at, 16)) * MULTIPLIER_3;
  h = (h ^ (h >> 32) ^ load<u64>(at, 24)) * MULTIPLIER_4;
  return h ^ (h >> 31);
}

export function loadBig32(at: usize): u32 {
  return bswap(load<u32>(at));
}

export function storeBig32(at: usize, value: u32): void {
  store<u32>(at, bswap(value));
}

/** A big-endian number of 1, 2, 4 or 8 bytes. */
export function loadBig(at: usize, width: u32): u64 {
  if (width == 1) return u64(load<u8>(at));
  if (width == 2) return u64(bswap(load<u16>(at)));
  if (width == 4) return u64(bswap(load<u32>(at)));
  return bswap(load<u64>(at));
}

/** Writes a big-endian number of 1 << `log` bytes. */
export function storeBig(at: usize, value: u64, log: u32): void {
  if (log == 0) store<u8>(at, u8(value));
  else if (log == 1) store<u16>(at, bswap(u16(value)));
  else if (log == 2) store<u32>(at, bswap(u32(value)));
  else store<u64>(at, bswap(value));
}

/** The smallest log for which 1 << log bytes hold the value. */
export function widthLog(value: u64): u32 {
  if (value < 0x100) return 0;
  if (value < 0x10000) return 1;
  return value < 0x100000000 ? 2 : 3;
}
