// Compares two versions of one short record or element: what they share at both ends and, between the
// ends, every run that a table of shingles of the newer version finds. The shingles are eight bytes. This
// also finds the fields of a hash that a restarted server dumps in another order.
import { take } from "../memory/arena";
import { equalBackward, equalForward } from "../memory/bytes";
import { addFind } from "./finds";
import { BASIS, readSource } from "../memory/host";
import { SHORT_MOST } from "../rdb/rdb-units";

/** The shortest run worth a COPY. A COPY takes about seven bytes, and literals are compressed. */
const RUN_LEAST: u32 = 14;
const SHINGLE: u32 = 8;
const TABLE_LOG_LEAST: u32 = 6;
const TABLE_LOG_MOST: u32 = 16;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

let newer: usize = 0;
/** u16: the place of a shingle in `newer`, + 1. */
let table: usize = 0;

let older: usize = 0;
let olderAt: u64 = 0;
let newerAt: u64 = 0;

export function openShortPair(): void {
  newer = take(SHORT_MOST + 64);
  table = take(2 << TABLE_LOG_MOST);
}

/** Adds what the `length` bytes at `at`, from `position` of the result, share with the basis. */
export function compareShort(
  at: usize,
  position: u64,
  length: u32,
  foundAt: u64,
  foundLength: u32,
): void {
  readSource(BASIS, newer, foundLength, foundAt);
  older = at;
  olderAt = position;
  newerAt = foundAt;
  const most = min(length, foundLength);
  const before = u32(equalForward(at, newer, most));
  const after = u32(equalBackward(at + length, newer + foundLength, most - before));
  let from: u32 = 0;
  let to = length;
  if (before >= RUN_LEAST) {
    add(0, 0, before);
    from = before;
  }
  if (after >= RUN_LEAST) to = length - after;
  if (to - from >= RUN_LEAST && foundLength >= SHINGLE) compareMiddle(from, to, foundLength);
  if (after >= RUN_LEAST) add(to, foundLength - after, after);
}

function compareMiddle(from: u32, to: u32, foundLength: u32): void {
  let log = TABLE_LOG_LEAST;
  while (u32(1) << log < foundLength * 2) log++;
  const shift = u64(64 - log);
  memory.fill(table, 0, 2 << log);
  // From the end, so that of equal shingles the first one stays.
  for (let i = i32(foundLength - SHINGLE); i >= 0; i--) {
    store<u16>(slotOf(newer + i, shift), u16(i + 1));
  }
  let written = from;
  for (let i = from; i + SHINGLE <= to; ) {
    const entry = u32(load<u16>(slotOf(older + i, shift)));
    const place = entry - 1;
    if (entry == 0 || load<u64>(newer + place) != load<u64>(older + i)) {
      i++;
      continue;
    }
    const back = u32(equalBackward(older + i, newer + place, min(i - written, place)));
    const on = u32(equalForward(older + i, newer + place, min(to - i, foundLength - place)));
    if (back + on < RUN_LEAST) {
      i++;
      continue;
    }
    add(i - back, place - back, back + on);
    i += on;
    written = i;
  }
}

// @ts-ignore: decorator
@inline
function slotOf(at: usize, shift: u64): usize {
  return table + (usize((load<u64>(at) * MULTIPLIER) >> shift) << 1);
}

// @ts-ignore: decorator
@inline
function add(inOlder: u32, inNewer: u32, length: u32): void {
  addFind(olderAt + inOlder, newerAt + inNewer, length);
}
