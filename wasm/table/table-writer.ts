// Writes the table of a delta into a store. An entry of 16 bytes says where a stretch of the result
// begins and where its bytes come from: a place in the basis, or a place among the literal bytes of all
// deltas of the run. The stretch ends where the next entry begins, or at the end of the result.
import { take } from "../memory/arena";
import { TABLE, appendTo } from "../memory/host";

export const ENTRY: u32 = 16;
/** Set in an entry's source if the bytes are literal. The other bits are their place. */
export const IS_LITERAL: u64 = 1 << 63;

const BUFFER: u32 = 64 * 1024;

let buffer: usize = 0;
let used: u32 = 0;
let made: u64 = 0;
/** Where the last entry would continue. A new entry that begins there becomes part of the last one. */
let goesOnAt: u64 = 0;

export function openTableWriter(): void {
  buffer = take(BUFFER);
  used = 0;
  made = 0;
  goesOnAt = u64.MAX_VALUE;
}

/** Adds `length` bytes, at least one. `source` has IS_LITERAL set if they are literal. */
export function addEntry(source: u64, length: u64): void {
  if (source != goesOnAt) {
    if (used == BUFFER) flushTable();
    store<u64>(buffer + used, made);
    store<u64>(buffer + used, source, 8);
    used += ENTRY;
  }
  made += length;
  goesOnAt = source + length;
}

/** Writes the rest of the buffer to the store. */
export function flushTable(): void {
  appendTo(TABLE, buffer, used);
  used = 0;
}

/** Length of the result so far. */
export function tableMade(): u64 {
  return made;
}
