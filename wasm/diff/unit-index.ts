// The index of the units of the basis. By the hash of a key it says where the unit lies and what its
// content is. Open addressing, in buckets of one cache line. A slot holds position + 1 (48 bits), 16 bits
// of the key, and the content: a hash of the bytes and their length (rdb-units.ts). Two units are taken
// for equal if all of this agrees, at least 79 bits. The proof of the increment catches the rest.
import { arenaTop, rewindArena, take } from "../memory/arena";

export const SLOT_BYTES: u32 = 16;
const BUCKET_BYTES: u32 = 64;
/** How many buckets are looked through, from the key's own on. */
const PROBES: u32 = 16;
const TAG: u64 = 0xffff;
const POSITION_MOST: u64 = 0xffffffffffff - 1;

export const UNIT_NONE = 0;
/** The same key (or one with the same hash) with another content. */
export const UNIT_OTHER = 1;
export const UNIT_EQUAL = 2;

let table: usize = 0;
let buckets: u32 = 0;
let entered: u32 = 0;
/** Uses the values that were loaded, so that the compiler keeps the loads that touch buckets. */
let touched: u64 = 0;

/** What findUnit found. */
export let foundUnit: u64 = 0;
export let foundContent: u64 = 0;

/**
 * Empties the index and makes it large enough for `slots` units. Nothing else may be taken from the arena
 * until the index is closed.
 */
export function openUnitIndex(slots: u32, isFirst: bool): void {
  if (isFirst) {
    table = arenaTop();
    buckets = 0;
  }
  const wanted = slots / (BUCKET_BYTES / SLOT_BYTES) + 1;
  if (wanted > buckets) {
    take(usize(wanted - buckets) * BUCKET_BYTES);
    buckets = wanted;
  }
  memory.fill(table, 0, usize(buckets) * BUCKET_BYTES);
  entered = 0;
}

/** Gives the memory of the index back. */
export function closeUnitIndex(): void {
  rewindArena(table);
}

/** Whether the index holds as many units as it should: three of four slots. */
// @ts-ignore: decorator
@inline
export function isUnitIndexFull(): bool {
  return entered >= buckets * 3;
}

/** Touches the buckets of `count` keys in one go: the processor then waits for many at once. */
export function touchUnits(keys: usize, count: u32): void {
  let seen: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    seen ^= load<u64>(table + usize(bucketOf(load<u64>(keys + i * 8))) * BUCKET_BYTES);
  }
  touched = seen;
}

/** Enters a unit. If there is no slot for it, it is left out and will not be found. */
export function enterUnit(key: u64, position: u64, content: u64): void {
  if (position > POSITION_MOST) return;
  let bucket = bucketOf(key);
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const at = table + usize(bucket) * BUCKET_BYTES;
    for (let slot: u32 = 0; slot < BUCKET_BYTES; slot += SLOT_BYTES) {
      if (load<u64>(at + slot) != 0) continue;
      store<u64>(at + slot, ((position + 1) << 16) | (key & TAG));
      store<u64>(at + slot, content, 8);
      entered++;
      return;
    }
    bucket = bucket + 1 == buckets ? 0 : bucket + 1;
  }
}

/** Looks for the unit of a key, and prefers one with this content. */
export function findUnit(key: u64, content: u64): i32 {
  let bucket = bucketOf(key);
  let found = UNIT_NONE;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const at = table + usize(bucket) * BUCKET_BYTES;
    for (let slot: u32 = 0; slot < BUCKET_BYTES; slot += SLOT_BYTES) {
      const entry = load<u64>(at + slot);
      if (entry == 0) return found;
      if ((entry & TAG) != (key & TAG)) continue;
      const isEqual = load<u64>(at + slot, 8) == content;
      if (!isEqual && found != UNIT_NONE) continue;
      foundUnit = (entry >> 16) - 1;
      foundContent = load<u64>(at + slot, 8);
      if (isEqual) return UNIT_EQUAL;
      found = UNIT_OTHER;
    }
    bucket = bucket + 1 == buckets ? 0 : bucket + 1;
  }
  return found;
}

// @ts-ignore: decorator
@inline
function bucketOf(key: u64): u32 {
  return u32(((key >> 32) * u64(buckets)) >> 32);
}
