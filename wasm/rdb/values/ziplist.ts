// Ziplists, checked as a server checks them when it loads them (redis 7.0 ziplist.c, `ziplistValidateIntegrity`, and
// rdb.c). It walks them always, since it turns them into listpacks. No byte outside of the string is loaded.
import { HashSet } from "./hash-set";
import { hashInteger } from "./keyed-hash";
import { hashText, isNan } from "./names";
import * as Verdict from "./verdicts";
import { REFUSED, SOUND } from "./verdicts";

const END: u32 = 0xff;
const HEADER: u32 = 10;
const UNKNOWN_COUNT: u32 = 0xffff;
/** The entry before is longer than a byte can say. */
const LONG_BEFORE: u32 = 254;

/** Whether the ziplist that was checked last has no entry. */
export let isEmptyZiplist: bool = false;

/** @param names a set to compare names in */
export function checkZiplist(at: usize, length: u32, type: u32, names: HashSet): i32 {
  if (length < HEADER + 1 || load<u32>(at) != length) return REFUSED;
  const last = at + length - 1;
  if (u32(load<u8>(last)) != END) return REFUSED;
  const tail = load<u32>(at, 4);
  if (tail > length - 1) return REFUSED;
  const isPairs = type == Verdict.ZIPLIST_ZSET || type == Verdict.ZIPLIST_HASH;
  const noted = u32(load<u16>(at, 8));
  if (isPairs) names.begin(min(noted, length / 2) / 2);
  let p = at + HEADER;
  let before: u32 = 0;
  let previous: usize = 0;
  let count: u32 = 0;
  let isNoScore = false;
  while (p < last) {
    const entry = measureEntry(p, u32(last - p), before);
    if (entry == 0) return REFUSED;
    if (isPairs && (count & 1) == 0 && names.add(hashEntry(p))) return REFUSED;
    if (type == Verdict.ZIPLIST_ZSET && (count & 1) == 1 && isNanEntry(p)) isNoScore = true;
    previous = p;
    before = entry;
    p += entry;
    count++;
  }
  isEmptyZiplist = count == 0;
  if (previous != 0 && previous != at + tail) return REFUSED;
  if (noted != UNKNOWN_COUNT && noted != count) return REFUSED;
  if (isNoScore && u64(count / 2) > Verdict.PACKED_ZSET_MOST) return REFUSED;
  return isPairs && (count & 1) != 0 ? REFUSED : SOUND;
}

// @ts-ignore: decorator
@inline
function bodyOf(at: usize): usize {
  return u32(load<u8>(at)) == LONG_BEFORE ? at + 5 : at + 1;
}

function isNanEntry(at: usize): bool {
  const body = bodyOf(at);
  const first = u32(load<u8>(body));
  return first < 0x40 && isNan(body + 1, first);
}

/** Hash of a measured entry. */
function hashEntry(at: usize): u64 {
  const body = bodyOf(at);
  const first = u32(load<u8>(body));
  if (first < 0x40) return hashText(0, body + 1, first);
  if (first < 0x80) return hashText(0, body + 2, ((first & 63) << 8) | u32(load<u8>(body, 1)));
  if (first < 0xc0) return hashText(0, body + 5, bswap(load<u32>(body, 1)));
  return hashInteger(0, integerOf(body, first));
}

function integerOf(body: usize, first: u32): i64 {
  if (first == 0xc0) return i64(load<i16>(body, 1));
  if (first == 0xd0) return i64(load<i32>(body, 1));
  if (first == 0xe0) return load<i64>(body, 1);
  if (first == 0xf0) return i64(load<i32>(body) >> 8);
  return first == 0xfe ? i64(load<i8>(body, 1)) : i64(first & 15) - 1;
}

/** Length of an entry of a ziplist, which must say how long the entry before is. 0 if it is not one. */
function measureEntry(at: usize, have: u32, before: u32): u32 {
  let head: u32 = 1;
  let noted = u32(load<u8>(at));
  if (noted == LONG_BEFORE) {
    head = 5;
    if (have < head) return 0;
    noted = load<u32>(at, 1);
  }
  if (noted != before || have <= head) return 0;
  const left = have - head;
  const length = measureBody(at + head, left);
  return length == 0 || length > left ? 0 : head + length;
}

function measureBody(at: usize, have: u32): u32 {
  const first = u32(load<u8>(at));
  if (first < 0x40) return 1 + first;
  if (first < 0x80) {
    return have < 2 ? 0 : 2 + (((first & 63) << 8) | u32(load<u8>(at, 1)));
  }
  if (first < 0xc0) {
    if (have < 5) return 0;
    const length = bswap(load<u32>(at, 1));
    return length > have ? 0 : 5 + length;
  }
  if (first == 0xc0) return 3;
  if (first == 0xd0) return 5;
  if (first == 0xe0) return 9;
  if (first == 0xf0) return 4;
  if (first == 0xfe) return 2;
  return first >= 0xf1 && first <= 0xfd ? 1 : 0;
}
