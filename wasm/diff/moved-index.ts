// The index of the whole basis, to find content that moved. Its entries are anchors: positions that the
// bytes themselves select. The hash of 16 bytes decides, so that about one in `stride` positions is an
// anchor, and the stride is chosen so that the anchors of the basis fit the budget. The same bytes select
// the same positions in the result, so only the anchors of the result are looked up.
//
// The key of an anchor is a hash of 32 bytes, so what is found must be verified. A bucket is one cache
// line of eight entries. An entry holds position + 1, 15 bits of the key, and whether the content is
// common: whether a second anchor had the same key. The first anchor keeps its entry, also in a full
// bucket.
import { take } from "../memory/arena";
import { hash16, hash32 } from "../memory/bytes";

/** Bytes that the key of an anchor covers: shorter content is not found. */
export const ANCHOR_BYTES: u32 = 32;
export const NOT_FOUND: u64 = u64.MAX_VALUE;

const BUCKET_BYTES: u32 = 64;
/** How many of the eight entries of a bucket to fill on average, so that few buckets are full. */
const IN_BUCKET: u64 = 5;
/** How much denser than in incompressible bytes anchors may be if much content repeats. */
const DENSER_MOST: f64 = 8;
const POSITION_MOST: u64 = 0xffffffffffff - 1;
const TAG: u64 = 0x7fff;
const COMMON: u64 = 0x8000;
// The hash of zeros is zero. Without this, every position in a run of zeros would be an anchor.
const SALT: u64 = 0xa5a5a5a5a5a5a5a5;

const BATCH: u32 = 128;

/** The anchors that were gathered: the key and the position of each. */
const batch: usize = memory.data(BATCH * 16, 16);
export let anchorCount: u32 = 0;
/** Uses the values that were loaded, so that the compiler keeps the loads that touch buckets. */
let touched: u64 = 0;

let table: usize = 0;
let buckets: u32 = 0;
/** A position is an anchor if its hash is at most this. While the basis is entered, this adapts. */
let limit: u64 = 0;
/** Where anchors are densest, one in this many positions of incompressible bytes is an anchor. */
export let stride: u64 = 1;
/** How many entries to aim at, and how many there are. */
let capacity: u64 = 0;
let entered: u64 = 0;
/** How many entries there were when the density was last chosen, and the highest limit so far. */
let enteredBefore: u64 = 0;
let highestLimit: u64 = 0;
/** The limit never gets higher than this, however much repeats: each anchor costs a hash and a look. */
let mostLimit: f64 = 0;

/** Whether the basis holds what findAnchor found at other places too. */
export let isCommon: bool = false;

/** Takes memory for the index of a basis of `size` bytes: at most `budget` bytes. */
export function openIndex(size: u64, budget: u32): void {
  const most = u64(max(budget, 4096) / BUCKET_BYTES);
  buckets = u32(min(size / IN_BUCKET + 1, most));
  capacity = u64(buckets) * IN_BUCKET;
  stride = size / capacity + 1;
  limit = u64.MAX_VALUE / stride;
  highestLimit = limit;
  mostLimit = f64(limit) * DENSER_MOST;
  entered = 0;
  enteredBefore = 0;
  table = take(buckets * BUCKET_BYTES);
  memory.fill(table, 0, buckets * BUCKET_BYTES);
}

/**
 * Chooses the density for the last `rest` bytes of the basis, by the entries that the previous `done`
 * bytes made. Records have much in common, and content that is there already takes no new entry.
 */
export function adaptDensity(done: u64, rest: u64): void {
  const got = f64(entered - enteredBefore) / f64(done);
  enteredBefore = entered;
  if (rest == 0) {
    limit = highestLimit;
    stride = u64.MAX_VALUE / limit;
    return;
  }
  const wanted = f64(capacity - min(entered, capacity)) / f64(rest);
  const factor = max(min(wanted / max(got, 1e-9), 2.0), 0.5);
  const next = min(f64(limit) * factor, mostLimit);
  // Converting 2^64 or more would trap.
  limit = next >= 18446744073709549568.0 ? u64.MAX_VALUE : max(u64(next), 1);
  highestLimit = max(highestLimit, limit);
}

/** Enters the anchors among `count` positions from `at` on. ANCHOR_BYTES - 1 bytes follow the last. */
export function addAnchors(at: usize, count: u32, position: u64): void {
  for (let from: u32 = 0; from < count; ) {
    from = gatherAnchors(at, from, count, position);
    for (let i: u32 = 0; i < anchorCount; i++) enter(anchorKey(i), anchorPosition(i));
  }
}

/**
 * Gathers anchors among the positions from `from` to `count`, at most BATCH. `at` lies at `position` of
 * its file. Returns the index up to which it looked. The buckets of all these anchors are touched in one
 * go, so that the processor waits for many cache lines at once instead of one after another.
 */
export function gatherAnchors(at: usize, from: u32, count: u32, position: u64): u32 {
  let gathered: u32 = 0;
  let i = from;
  while (gathered < BATCH) {
    i = nextAnchor(at, i, count);
    if (i == count) break;
    store<u64>(batch + gathered * 16, hash32(at + i));
    store<u64>(batch + gathered * 16, position + i, 8);
    gathered++;
    i++;
  }
  anchorCount = gathered;
  let seen: u64 = 0;
  for (let n: u32 = 0; n < gathered; n++) seen ^= load<u64>(bucketOf(anchorKey(n)));
  touched = seen;
  return i;
}

// @ts-ignore: decorator
@inline
export function anchorKey(index: u32): u64 {
  return load<u64>(batch + index * 16);
}

// @ts-ignore: decorator
@inline
export function anchorPosition(index: u32): u64 {
  return load<u64>(batch + index * 16, 8);
}

/** The first anchor among the positions from `from` to `count`, or `count` if there is none. */
function nextAnchor(at: usize, from: u32, count: u32): u32 {
  const most = limit;
  let i = from;
  while (i + 4 <= count) {
    const p = at + i;
    const a = (hash16(p) ^ SALT) <= most;
    const b = (hash16(p + 1) ^ SALT) <= most;
    const c = (hash16(p + 2) ^ SALT) <= most;
    const d = (hash16(p + 3) ^ SALT) <= most;
    const bits = i32(a) | (i32(b) << 1) | (i32(c) << 2) | (i32(d) << 3);
    if (bits != 0) return i + ctz(bits);
    i += 4;
  }
  while (i < count && (hash16(at + i) ^ SALT) > most) i++;
  return i;
}

/** Where the basis may hold the 32 bytes that `key` stands for, or NOT_FOUND. Sets isCommon. */
export function findAnchor(key: u64): u64 {
  const bucket = bucketOf(key);
  const tag = key & TAG;
  for (let slot: u32 = 0; slot < BUCKET_BYTES; slot += 8) {
    const entry = load<u64>(bucket + slot);
    if (entry == 0) return NOT_FOUND;
    if ((entry & TAG) == tag) {
      isCommon = (entry & COMMON) != 0;
      return (entry >> 16) - 1;
    }
  }
  return NOT_FOUND;
}

function enter(key: u64, position: u64): void {
  if (position > POSITION_MOST) return;
  const bucket = bucketOf(key);
  const tag = key & TAG;
  for (let slot: u32 = 0; slot < BUCKET_BYTES; slot += 8) {
    const entry = load<u64>(bucket + slot);
    if (entry == 0) {
      store<u64>(bucket + slot, ((position + 1) << 16) | tag);
      entered++;
      return;
    }
    if ((entry & TAG) == tag) {
      store<u64>(bucket + slot, entry | COMMON);
      return;
    }
  }
}

// @ts-ignore: decorator
@inline
function bucketOf(key: u64): usize {
  return table + usize(((key >> 32) * u64(buckets)) >> 32) * BUCKET_BYTES;
}
