// The names of keys, members and fields, as hashes. Servers compare the texts of names. The same text may stand
// in a file as text, as a number or compressed, so a text that is a number is hashed as one.
import { hashBytesOf, hashInteger } from "./keyed-hash";

const DIGITS_MOST: usize = 20;

/** The number that the last text stood for. */
export let parsedInteger: i64 = 0;

// @ts-ignore: decorator
@inline
export function hashText(domain: u64, at: usize, length: usize): u64 {
  if (mayBeInteger(at, length) && parseInteger(at, length)) return hashInteger(domain, parsedInteger);
  return hashBytesOf(domain, at, length);
}

// @ts-ignore: decorator
@inline
function mayBeInteger(at: usize, length: usize): bool {
  return length - 1 < DIGITS_MOST && (load<u8>(at) == 0x2d || u32(load<u8>(at)) - 0x30 < 10);
}

/** Whether a text is a number of 64 bits as a server would write it: no sign but `-`, no zero at its beginning. */
export function parseInteger(at: usize, length: usize): bool {
  if (length == 0 || length > DIGITS_MOST) return false;
  const end = at + length;
  const isNegative = load<u8>(at) == 0x2d;
  if (isNegative) at++;
  if (at == end) return false;
  const first = u32(load<u8>(at)) - 0x30;
  if (first > 9 || (first == 0 && (isNegative || end - at > 1)) || end - at > 19) return false;
  let value: u64 = 0;
  for (; at < end; at++) {
    const digit = u32(load<u8>(at)) - 0x30;
    if (digit > 9) return false;
    value = value * 10 + u64(digit);
  }
  if (value > (isNegative ? u64(1) << 63 : (u64(1) << 63) - 1)) return false;
  parsedInteger = isNegative ? 0 - i64(value) : i64(value);
  return true;
}

/** Whether a text begins as C's strtod reads a score that is not a number. */
export function isNan(at: usize, length: usize): bool {
  const end = at + length;
  while (at < end && (load<u8>(at) == 0x20 || u32(load<u8>(at)) - 9 < 5)) at++;
  if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
  return at + 3 <= end && (load<u32>(at) & 0xdfdfdf) == 0x4e414e;
}
