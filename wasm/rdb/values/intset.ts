// Intsets, checked as a server checks them when it loads them (redis 7.0 intset.c, `intsetValidateIntegrity`). One
// with `sanitize-dump-payload no` does not look at their order, but it turns a large one into a table.
import { HashSet } from "./hash-set";
import { hashInteger } from "./keyed-hash";
import { PACKED_INTSET_MOST, REFUSED, SOUND, SUSPECT } from "./verdicts";

const HEADER: u32 = 8;

/** @param names a set to compare numbers in */
export function checkIntset(at: usize, length: u32, names: HashSet): i32 {
  if (length < HEADER) return REFUSED;
  const width = load<u32>(at);
  const count = load<u32>(at, 4);
  if (width != 2 && width != 4 && width != 8) return REFUSED;
  if (count == 0 || u64(HEADER) + u64(count) * u64(width) != u64(length)) return REFUSED;
  const end = at + length;
  const first = at + HEADER;
  let before = integer(first, width);
  for (let p = first + width; p < end; p += width) {
    const value = integer(p, width);
    if (value <= before) return isTable(first, end, width, count, names) ? REFUSED : SUSPECT;
    before = value;
  }
  return SOUND;
}

/** Whether a server makes a table of it, and dies of a number that is there twice. */
function isTable(first: usize, end: usize, width: u32, count: u32, names: HashSet): bool {
  if (u64(count) <= PACKED_INTSET_MOST) return false;
  names.begin(count);
  for (let p = first; p < end; p += width) {
    if (names.add(hashInteger(0, integer(p, width)))) return true;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function integer(at: usize, width: u32): i64 {
  if (width == 2) return i64(load<i16>(at));
  return width == 4 ? i64(load<i32>(at)) : load<i64>(at);
}
