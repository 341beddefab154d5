// Values that are one packed string: intsets, listpacks and ziplists, checked as a server checks them when it
// loads them (redis 7.0: intset.c, listpack.c and ziplist.c, `…ValidateIntegrity`). No byte outside of the
// string is loaded, whatever its lengths say.

/** What a server says of the string. SUSPECT: one with `sanitize-dump-payload yes` alone refuses it. */
export const SOUND = 0;
export const SUSPECT = 1;
export const REFUSED = 2;

const END: u32 = 0xff;

const INTSET_HEADER: u32 = 8;

export function checkIntset(at: usize, length: u32): i32 {
  if (length < INTSET_HEADER) return REFUSED;
  const width = load<u32>(at);
  const count = load<u32>(at, 4);
  if (width != 2 && width != 4 && width != 8) return REFUSED;
  if (count == 0 || u64(INTSET_HEADER) + u64(count) * u64(width) != u64(length)) return REFUSED;
  const first = at + INTSET_HEADER;
  let before = integer(first, width);
  for (let p = first + width; p < at + length; p += width) {
    const value = integer(p, width);
    if (value <= before) return SUSPECT;
    before = value;
  }
  return SOUND;
}

// @ts-ignore: decorator
@inline
function integer(at: usize, width: u32): i64 {
  if (width == 2) return i64(load<i16>(at));
  return width == 4 ? i64(load<i32>(at)) : load<i64>(at);
}

const LISTPACK_HEADER: u32 = 6;
const UNKNOWN_COUNT: u32 = 0xffff;

/** @param group how many entries belong together: their number must be a multiple of it */
export function checkListpack(at: usize, length: u32, group: u32): i32 {
  if (length < LISTPACK_HEADER + 1 || load<u32>(at) != length) return REFUSED;
  const last = at + length - 1;
  if (u32(load<u8>(last)) != END) return REFUSED;
  const noted = u32(load<u16>(at, 4));
  let p = at + LISTPACK_HEADER;
  // A server takes it for empty and drops it without a word.
  if (noted == 0 && p < last) return REFUSED;
  let count: u32 = 0;
  while (p < last) {
    const entry = measureEntry(p, u32(last - p));
    if (entry == 0) return SUSPECT;
    p += entry;
    count++;
  }
  if (noted != UNKNOWN_COUNT && noted != count) return SUSPECT;
  return count % group == 0 ? SOUND : SUSPECT;
}

/** Length of an entry of a listpack, with its backlen, which must be right. 0 if it is not one. */
// @ts-ignore: decorator
@inline
function measureEntry(at: usize, have: u32): u32 {
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

const ZIPLIST_HEADER: u32 = 10;

/** A server walks these always, since it turns them into listpacks. */
export function checkZiplist(at: usize, length: u32, group: u32): i32 {
  if (length < ZIPLIST_HEADER + 1 || load<u32>(at) != length) return REFUSED;
  const last = at + length - 1;
  if (u32(load<u8>(last)) != END) return REFUSED;
  const tail = load<u32>(at, 4);
  if (tail > length - 1) return REFUSED;
  let p = at + ZIPLIST_HEADER;
  let before: u32 = 0;
  let previous: usize = 0;
  let count: u32 = 0;
  while (p < last) {
    const entry = measureZiplistEntry(p, u32(last - p), before);
    if (entry == 0) return REFUSED;
    previous = p;
    before = entry;
    p += entry;
    count++;
  }
  if (previous != 0 && previous != at + tail) return REFUSED;
  const noted = u32(load<u16>(at, 8));
  if (noted != UNKNOWN_COUNT && noted != count) return REFUSED;
  return count % group == 0 ? SOUND : REFUSED;
}

/** Length of an entry of a ziplist, which must say how long the entry before is. 0 if it is not one. */
function measureZiplistEntry(at: usize, have: u32, before: u32): u32 {
  let head: u32 = 1;
  let noted = u32(load<u8>(at));
  if (noted == 254) {
    head = 5;
    if (have < head) return 0;
    noted = load<u32>(at, 1);
  }
  if (noted != before || have <= head) return 0;
  const left = have - head;
  const length = measureZiplistBody(at + head, left);
  return length == 0 || length > left ? 0 : head + length;
}

function measureZiplistBody(at: usize, have: u32): u32 {
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
