// Holds a whole signature, which arrives in pieces of any size, and finds blocks by their weak sum. The
// entries lie one after another at the end of the arena, which grows with them.
import { take } from "../memory/arena";
import { loadBig32 } from "../memory/bytes";
import {
  BAD_BLOCK_LENGTH,
  BAD_SIGNATURE_MAGIC,
  BAD_STRONG_LENGTH,
  SIGNATURE_TOO_LARGE,
  SIGNATURE_TRUNCATED,
  clearError,
  setError,
} from "../delta/format-error";
import { SIGNATURE_HEAD, useSums } from "./signature-format";
import { filterBit } from "./weak-sum";

/** A block must fit in memory to be matched. */
const BLOCK_MOST: u32 = 64 * 1024 * 1024;
/** The signature must fit too, with up to 36 bytes of tables for each block. */
const SIGNATURE_MOST: u32 = 256 * 1024 * 1024;
const GROW: u32 = 1024 * 1024;

let start: usize = 0;
let length: u32 = 0;
let capacity: u32 = 0;
let isHeadRead: bool = false;

/** From the head of the signature, once it has been read. */
export let blockLength: u32 = 0;
export let strongLength: u32 = 0;
export let blockCount: u32 = 0;
let entry: u32 = 0;

/** Open addressing by weak sum. A slot holds the sum and the number of the block, + 1. */
let table: usize = 0;
let tableShift: u32 = 0;
/** One bit for each weak sum. Most windows match no block, and the filter tells them by itself. */
export let filter: usize = 0;
export let filterShift: u32 = 0;

/** Starts reading. Nothing else may take memory from the arena until finishSignature. */
export function openSignature(): void {
  start = take(GROW);
  capacity = GROW;
  length = 0;
  isHeadRead = false;
  blockLength = 0;
  clearError();
}

/** Adds bytes. False if the signature is wrong. */
export function addToSignature(from: usize, count: u32): bool {
  if (length + count > SIGNATURE_MOST) return fail(SIGNATURE_TOO_LARGE, SIGNATURE_MOST, length);
  while (length + count > capacity) {
    // The arena goes on right where the last piece ended: sizes are multiples of its alignment.
    const more = max(GROW, capacity / 2) & ~63;
    take(more);
    capacity += more;
  }
  memory.copy(start + length, from, count);
  length += count;
  return isHeadRead || length < SIGNATURE_HEAD || readHead();
}

/** Call this at the end of the signature. False if it is not whole. */
export function finishSignature(): bool {
  if (!isHeadRead) return fail(SIGNATURE_TRUNCATED, 0, length);
  const bytes = length - SIGNATURE_HEAD;
  if (bytes % entry != 0) return fail(SIGNATURE_TRUNCATED, 0, length);
  blockCount = bytes / entry;
  let log: u32 = 4;
  while (u32(1) << log < blockCount * 2) log++;
  table = take(8 << log);
  memory.fill(table, 0, 8 << log);
  tableShift = 32 - log;
  // Eight bits a slot, so at most one bit in sixteen is set.
  filter = take(1 << log);
  memory.fill(filter, 0, 1 << log);
  filterShift = tableShift - 3;
  for (let block: u32 = 0; block < blockCount; block++) enter(block);
  return true;
}

function readHead(): bool {
  const magic = loadBig32(start);
  const most = useSums(magic);
  if (most == 0) return fail(BAD_SIGNATURE_MAGIC, magic, 0);
  blockLength = loadBig32(start + 4);
  if (blockLength == 0 || blockLength > BLOCK_MOST) return fail(BAD_BLOCK_LENGTH, blockLength, 4);
  strongLength = loadBig32(start + 8);
  if (strongLength == 0 || strongLength > most) return fail(BAD_STRONG_LENGTH, strongLength, 8);
  entry = 4 + strongLength;
  isHeadRead = true;
  return true;
}

function fail(code: i32, value: u64, at: u64): bool {
  setError(code, value, at);
  return false;
}

export function weakOf(block: u32): u32 {
  return loadBig32(entryAt(block));
}

export function strongOf(block: u32): usize {
  return entryAt(block) + 4;
}

/** Enters a block. Of equal blocks only the first is entered: the others would make long chains. */
function enter(block: u32): void {
  const weak = weakOf(block);
  const bit = filterBit(weak, filterShift);
  store<u8>(filter + (bit >> 3), load<u8>(filter + (bit >> 3)) | (u8(1) << u8(bit & 7)));
  let slot = slotOf(weak);
  while (load<u32>(slot, 4) != 0) {
    const other = strongOf(load<u32>(slot, 4) - 1);
    const isSame = memory.compare(other, strongOf(block), strongLength) == 0;
    if (isSame && load<u32>(slot) == weak) return;
    slot = nextSlot(slot);
  }
  store<u32>(slot, weak);
  store<u32>(slot, block + 1, 4);
}

/** The slot at which to look for a weak sum. Go on with nextSlot until the block of a slot is 0. */
export function slotOf(weak: u32): usize {
  return table + ((weak * 0x85ebca6b) >> tableShift) * 8;
}

export function nextSlot(slot: usize): usize {
  const next = slot + 8;
  return next == table + (8 << (32 - tableShift)) ? table : next;
}

export function slotWeak(slot: usize): u32 {
  return load<u32>(slot);
}

/** The number of the block in a slot, + 1, or 0 if the slot is empty. */
export function slotBlock(slot: usize): u32 {
  return load<u32>(slot, 4);
}

// @ts-ignore: decorator
@inline
function entryAt(block: u32): usize {
  return start + SIGNATURE_HEAD + usize(block) * entry;
}
