// Listpacks, checked as a server checks them when it loads them (redis 7.0 listpack.c, `lpValidateIntegrity`, and
// rdb.c). One with `sanitize-dump-payload no` looks at the header alone, but it walks a listpack whose number of
// entries is not noted, or which it turns into a table, and dies of what is wrong there. No byte outside of the
// string is loaded, whatever its lengths say.
import { HashSet } from "./hash-set";
import { hashInteger } from "./keyed-hash";
import { hashText, isNan, parseInteger, parsedInteger } from "./names";
import * as Verdict from "./verdicts";
import { REFUSED, SOUND, SUSPECT, worse } from "./verdicts";

const END: u32 = 0xff;
const HEADER: u32 = 6;
const UNKNOWN_COUNT: u32 = 0xffff;

/** Whether the header, and the last byte, are those of a listpack of this length. */
export function isListpack(at: usize, length: u32): bool {
  if (length < HEADER + 1 || load<u32>(at) != length) return false;
  return u32(load<u8>(at + length - 1)) == END;
}

/** The address of the first entry, which may be the end. */
export function firstEntry(at: usize): usize {
  return at + HEADER;
}

/** Whether the listpack that was checked last has no entry. */
export let isEmptyListpack: bool = false;

/** How many entries belong together: their number must be a multiple of it. */
function groupOf(type: u32): u32 {
  if (type == Verdict.LISTPACK_HASH || type == Verdict.LISTPACK_ZSET) return 2;
  return type == Verdict.FIELD_EXPIRY_LISTPACK_RC || type == Verdict.FIELD_EXPIRY_LISTPACK ? 3 : 1;
}

/** From how many groups on a server turns the value into a table. */
function packedMost(type: u32): u64 {
  if (type == Verdict.LIST_NODES) return u64.MAX_VALUE;
  if (type == Verdict.LISTPACK_ZSET) return Verdict.PACKED_ZSET_MOST;
  return type == Verdict.LISTPACK_SET ? Verdict.PACKED_SET_MOST : Verdict.PACKED_HASH_MOST;
}

/** @param names a set to compare names in */
export function checkListpack(at: usize, length: u32, type: u32, names: HashSet): i32 {
  if (!isListpack(at, length)) return REFUSED;
  const last = at + length - 1;
  const noted = u32(load<u16>(at, 4));
  let p = firstEntry(at);
  const group = groupOf(type);
  // A server takes it for empty and drops it without a word.
  if (noted < group && p < last) return REFUSED;
  const most = packedMost(type);
  const isNoted = noted != UNKNOWN_COUNT;
  let isTable = isNoted && noted / group > most;
  const isComparing = type != Verdict.LIST_NODES;
  // An entry has at least two bytes.
  if (isComparing) names.begin(min(noted, length / 2) / group);
  let count: u32 = 0;
  let place: u32 = 0;
  let isTwice = false;
  let isNoScore = false;
  while (p < last && u32(load<u8>(p)) != END) {
    const entry = measureEntry(p, u32(last - p));
    // A server that walks the entries dies here.
    if (entry == 0) return isTable || !isNoted ? REFUSED : SUSPECT;
    if (isComparing && place == 0 && names.add(hashEntry(0, p))) isTwice = true;
    if (type == Verdict.LISTPACK_ZSET && place == 1 && isNanEntry(p)) isNoScore = true;
    p += entry;
    count++;
    place++;
    if (place == group) place = 0;
  }
  if (!isNoted) {
    if (count != 0 && count < group) return REFUSED;
    isTable = count / group > most;
  }
  isEmptyListpack = count == 0;
  const isWrong = isTwice || place != 0;
  let outcome = isWrong || (isTable && isNoScore) ? (isTable ? REFUSED : SUSPECT) : SOUND;
  if (p != last || (isNoted && noted != count)) outcome = worse(outcome, SUSPECT);
  return outcome;
}

function isNanEntry(at: usize): bool {
  const first = u32(load<u8>(at));
  return first >= 0x80 && first < 0xc0 && isNan(at + 1, first & 63);
}

/** The text of the last entry that isNumberEntry looked at, if it was no number. */
let textAt: usize = 0;
let textLength: usize = 0;
/** The number that the last entry was. */
export let entryValue: i64 = 0;

/** Whether a measured entry is kept as a number. */
function isNumberEntry(at: usize): bool {
  const first = u32(load<u8>(at));
  if (first < 0x80) {
    entryValue = i64(first);
    return true;
  }
  if (first < 0xc0) {
    textAt = at + 1;
    textLength = first & 63;
    return false;
  }
  if (first < 0xe0) {
    const value = i64(((first & 31) << 8) | u32(load<u8>(at, 1)));
    entryValue = value < 4096 ? value : value - 8192;
    return true;
  }
  if (first < 0xf0) {
    textAt = at + 2;
    textLength = ((first & 15) << 8) | u32(load<u8>(at, 1));
    return false;
  }
  if (first == 0xf0) {
    textAt = at + 5;
    textLength = load<u32>(at, 1);
    return false;
  }
  if (first == 0xf1) entryValue = i64(load<i16>(at, 1));
  else if (first == 0xf2) entryValue = i64(load<i32>(at) >> 8);
  else if (first == 0xf3) entryValue = i64(load<i32>(at, 1));
  else entryValue = load<i64>(at, 1);
  return true;
}

// @ts-ignore: decorator
@inline
function hashEntry(domain: u64, at: usize): u64 {
  return isNumberEntry(at) ? hashInteger(domain, entryValue) : hashText(domain, textAt, textLength);
}

/** Whether a measured entry is a number, or a text that is one: it is then in entryValue. */
export function isIntegerEntry(at: usize): bool {
  if (isNumberEntry(at)) return true;
  if (!parseInteger(textAt, textLength)) return false;
  entryValue = parsedInteger;
  return true;
}

/** Length of an entry of a listpack, with its backlen, which must be right. 0 if it is not one. */
// @ts-ignore: decorator
@inline
export function measureEntry(at: usize, have: u32): u32 {
  const first = u32(load<u8>(at));
  let length: u32;
  if (first < 0x80) {
    length = 1;
  } else if (first < 0xc0) {
    length = 1 + (first & 63);
  } else if (first < 0xe0) {
    length = 2;
  } else if (first < 0xf0) {
    if (have < 2) return 0;
    length = 2 + (((first & 15) << 8) | u32(load<u8>(at, 1)));
  } else if (first == 0xf0) {
    if (have < 5) return 0;
    length = load<u32>(at, 1);
    if (length > have) return 0;
    length += 5;
  } else if (first <= 0xf3) {
    length = first - 0xf1 + 3;
  } else if (first == 0xf4) {
    length = 9;
  } else {
    return 0;
  }
  if (length >= have) return 0;
  if (length < 128 && u32(load<u8>(at + length)) == length) return length + 1;
  return measureWithBacklen(at, have, length);
}

/** The backlen has seven bits in each byte. A server reads it from its end on, while bit 7 is set. */
function measureWithBacklen(at: usize, have: u32, length: u32): u32 {
  const bytes: u32 =
    length < 128 ? 1 : length < 16383 ? 2 : length < 2097151 ? 3 : length < 268435455 ? 4 : 5;
  if (bytes > have - length) return 0;
  const total = length + bytes;
  let noted: u64 = 0;
  let p = at + total - 1;
  for (let shift: u32 = 0; shift <= 28; shift += 7, p--) {
    const byte = u64(load<u8>(p));
    noted |= (byte & 127) << shift;
    if ((byte & 128) == 0) return noted == u64(length) ? total : 0;
  }
  return 0;
}
