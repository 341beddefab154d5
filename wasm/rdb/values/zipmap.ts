// Zipmaps, the hashes of Redis 2.4, checked as a server checks them when it loads them (redis 7.0 zipmap.c,
// `zipmapValidateIntegrity`, and rdb.c). It walks them always. No byte outside of the string is loaded.
import { HashSet } from "./hash-set";
import { hashText } from "./names";
import { REFUSED, SOUND } from "./verdicts";

const END: u32 = 0xff;
/** A length from here on takes four bytes more, and a count from here on is not noted. */
const LONG: u32 = 254;

/** @param names a set to compare names in */
export function checkZipmap(at: usize, length: u32, names: HashSet): i32 {
  if (length < 2) return REFUSED;
  const last = at + length - 1;
  if (u32(load<u8>(last)) != END) return REFUSED;
  const noted = u32(load<u8>(at));
  names.begin(noted);
  let p = at + 1;
  let count: u32 = 0;
  while (u32(load<u8>(p)) != END) {
    const field = body(p, last);
    if (field == 0 || lastLength > u64(last - field)) return REFUSED;
    if (names.add(hashText(0, field, usize(lastLength)))) return REFUSED;
    const value = body(field + usize(lastLength), last);
    // A byte before the value says how much free space follows it.
    if (value == 0) return REFUSED;
    const beyond = lastLength + u64(load<u8>(value)) + 1;
    if (beyond > u64(last - value)) return REFUSED;
    p = value + usize(beyond);
    count++;
  }
  return count == 0 || (noted != LONG && noted != count) ? REFUSED : SOUND;
}

let lastLength: u64 = 0;

/** Decodes the length at `at`, and returns the address behind it, which is at most `last`. 0 if it is beyond. */
function body(at: usize, last: usize): usize {
  const first = u32(load<u8>(at));
  const head: usize = first < LONG ? 1 : 5;
  if (head > last - at) return 0;
  lastLength = first < LONG ? u64(first) : u64(load<u32>(at, 1));
  // A short length in the long form leads a server astray.
  if (head > 1 && lastLength < u64(LONG)) return 0;
  return at + head;
}
