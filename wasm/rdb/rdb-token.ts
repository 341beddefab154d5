// The smallest parts of an RDB: lengths and strings (redis rdb.c:194). A byte is loaded only if it is
// there, and a number is checked before anything is computed from it. To measure a token, only the
// beginning of it must be in memory: the body may be gigabytes, and need not be.
import {
  BAD_CONTAINER,
  BAD_LENGTH,
  BAD_MODULE_ITEM,
  BAD_STRING,
  TOO_LONG,
} from "./rdb-stop-reasons";

/** Measuring a token returns this if more bytes are needed to tell its end … */
export const MORE: u64 = 0;
/** … and this if it is not a token: tokenError and tokenErrorValue then say why. */
export const BAD: u64 = u64.MAX_VALUE;

/** No file is longer, and a double holds every offset up to here. */
export const LONGEST: u64 = (1 << 53) - 1;

export let tokenError: i32 = 0;
export let tokenErrorValue: u64 = 0;
/** The number that the last measured length stands for. */
export let lengthValue: u64 = 0;

/** Notes what is wrong with a token, and the number that shows it. */
export function bad(error: i32, value: u64): u64 {
  tokenError = error;
  tokenErrorValue = value;
  return BAD;
}

/** Measures a length and decodes it into lengthValue: 1 to 9 bytes, MORE, or BAD. */
export function measureLength(at: usize, have: u64): u64 {
  if (have == 0) return MORE;
  const first = u32(load<u8>(at));
  let bytes: u64 = 1;
  let value = u64(first & 63);
  // In the place of a length, a server takes the encoding of a string for a number.
  if (first >= 0xc0) {
    lengthValue = value;
    return bytes;
  } else if (first == 0x80) {
    bytes = 5;
    if (have < bytes) return MORE;
    value = u64(bswap(load<u32>(at, 1)));
  } else if (first == 0x81) {
    bytes = 9;
    if (have < bytes) return MORE;
    value = bswap(load<u64>(at, 1));
  } else if (first > 0x81) {
    return bad(BAD_LENGTH, first);
  } else if (first >= 64) {
    bytes = 2;
    if (have < bytes) return MORE;
    value = (value << 8) | u64(load<u8>(at, 1));
  }
  lengthValue = value;
  return bytes;
}

/** Like measureLength, for a count of bytes or elements. BAD if no file can hold that many. */
export function measureCount(at: usize, have: u64): u64 {
  const bytes = measureLength(at, have);
  if (bytes == MORE || bytes == BAD) return bytes;
  return lengthValue > LONGEST ? bad(TOO_LONG, lengthValue) : bytes;
}

/** Measures a string: its length or encoding, and its body. MORE, or BAD. */
// @ts-ignore: decorator
@inline
export function measureString(at: usize, have: u64): u64 {
  // Nearly all strings are short. Those of 16384 bytes and more take the longer way.
  if (have < 2) return measureAnyString(at, have);
  const first = u64(load<u8>(at));
  if (first < 64) return 1 + first;
  if (first < 128) return 2 + (((first & 63) << 8) | u64(load<u8>(at, 1)));
  return measureAnyString(at, have);
}

/** How many strings stepOverStrings has left. */
export let stringsLeft: u64 = 0;

/**
 * Steps over at most `count` strings that are whole and have one of the usual encodings. Returns the
 * address of the next one.
 */
// @ts-ignore: decorator
@inline
export function stepOverStrings(at: usize, end: usize, count: u64): usize {
  let left = count;
  let p = at;
  while (left != 0) {
    // A load past the end does no harm: the string then turns out longer than what is left.
    const first = u32(load<u8>(p));
    let bytes = u32.MAX_VALUE;
    if (first < 64) bytes = 1 + first;
    else if (first < 128) bytes = 2 + (((first & 63) << 8) | u32(load<u8>(p, 1)));
    else if (first >= 0xc0 && first < 0xc3) bytes = 1 + (1 << (first & 3));
    if (bytes > u32(end - p)) break;
    p += bytes;
    left--;
  }
  stringsLeft = left;
  return p;
}

function measureAnyString(at: usize, have: u64): u64 {
  if (have == 0) return MORE;
  const first = u32(load<u8>(at));
  if (first < 0xc0) {
    const bytes = measureCount(at, have);
    return bytes == MORE || bytes == BAD ? bytes : bytes + lengthValue;
  }
  // Integers of 8, 16 and 32 bits.
  if (first < 0xc3) return 1 + (1 << (first & 3));
  if (first != 0xc3) return bad(BAD_STRING, first);
  // LZF: the compressed length, the expanded length, the compressed bytes.
  const compressed = measureCount(at + 1, have - 1);
  if (compressed == MORE || compressed == BAD) return compressed;
  const body = lengthValue;
  const expanded = measureCount(at + 1 + usize(compressed), have - 1 - compressed);
  if (expanded == MORE || expanded == BAD) return expanded;
  return 1 + compressed + expanded + body;
}

/** Measures a double as text (type 3): its length, or one of three values that have no text. */
export function measureTextDouble(at: usize, have: u64): u64 {
  if (have == 0) return MORE;
  const length = u64(load<u8>(at));
  return length >= 253 ? 1 : 1 + length;
}

/** Whether the last measured module item ends the value. */
export let isLastItem: bool = false;

/** Measures an item of a module: its kind, then its payload. The kind 0 ends the value. */
export function measureModuleItem(at: usize, have: u64): u64 {
  const head = measureLength(at, have);
  if (head == MORE || head == BAD) return head;
  const kind = lengthValue;
  isLastItem = kind == 0;
  if (kind == 0) return head;
  const payload = at + usize(head);
  let body: u64;
  if (kind <= 2) body = measureLength(payload, have - head);
  else if (kind == 3) body = 4;
  else if (kind == 4) body = 8;
  else if (kind == 5) body = measureString(payload, have - head);
  else return bad(BAD_MODULE_ITEM, kind);
  return body == MORE || body == BAD ? body : head + body;
}

/** Measures how a quicklist node is kept (type 18): 1 plain, 2 a listpack. */
export function measureContainer(at: usize, have: u64): u64 {
  const bytes = measureLength(at, have);
  if (bytes == MORE || bytes == BAD) return bytes;
  return lengthValue == 1 || lengthValue == 2 ? bytes : bad(BAD_CONTAINER, lengthValue);
}
