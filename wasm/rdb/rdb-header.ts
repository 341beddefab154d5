// The nine bytes with which an RDB begins: REDIS and four digits, or VALKEY and three.

export const HEADER_BYTES: u32 = 9;

const REDIS: usize = memory.data<u8>([0x52, 0x45, 0x44, 0x49, 0x53]);
const REDIS_BYTES: u32 = 5;
const VALKEY: usize = memory.data<u8>([0x56, 0x41, 0x4c, 0x4b, 0x45, 0x59]);
const VALKEY_BYTES: u32 = 6;
export const NO_VERSION: u32 = u32.MAX_VALUE;

/** Whether the header at `at` is Valkey's own. */
export function isValkeyHeader(at: usize): bool {
  return memory.compare(at, VALKEY, VALKEY_BYTES) == 0;
}

/** The version in the header at `at`, or NO_VERSION if it is not the header of an RDB. */
export function readVersion(at: usize): u32 {
  let digit: u32 = REDIS_BYTES;
  if (isValkeyHeader(at)) digit = VALKEY_BYTES;
  else if (memory.compare(at, REDIS, REDIS_BYTES) != 0) return NO_VERSION;
  let version: u32 = 0;
  for (; digit < HEADER_BYTES; digit++) {
    const value = u32(load<u8>(at + digit)) - 0x30;
    if (value > 9) return NO_VERSION;
    version = version * 10 + value;
  }
  return version;
}

/** Whether these bytes, fewer than HEADER_BYTES, may be the beginning of a header. */
export function isHeaderStart(at: usize, length: u32): bool {
  return (
    memory.compare(at, REDIS, min(length, REDIS_BYTES)) == 0 ||
    memory.compare(at, VALKEY, min(length, VALKEY_BYTES)) == 0
  );
}
