// Builds a result, one window after another, from bytes that are given and from ranges of two sources:
// the basis and the literals. Ranges may come in any order. A window keeps them as pieces until it is
// full. Then the pieces are sorted by their place in the sources, read from front to end in long reads,
// and copied to their places in the window.
//
// If the ranges are in order, a small window is enough. If a window had to read far more than it used,
// the next one is larger, so that each source is read fewer times.
//
// A window is filled, then closed and read in slices (`settleSome`). Then it is whole, and can be used
// until `nextWindow`.
import { arenaTop, rewindArena, take } from "../memory/arena";
import { BASIS, LITERALS, readSource } from "../memory/host";
import { BLOCK_LOG, PIECE, SORT_COUNTS_BYTES, sortPieces } from "./piece-sort";

const WINDOW_FIRST: u32 = 512 * 1024;
const WINDOW_GROWTH: u32 = 8;
/** A window has room for one piece per this many bytes. It is closed early if it needs more. */
const BYTES_PER_PIECE: u32 = 128;
const PIECES_LEAST: u32 = 16;
const READ_BUFFER: u32 = 256 * 1024;
/** Pieces of this length or more are read straight into the window. */
const DIRECT_FROM: u32 = 64 * 1024;
/** The cost of a read besides its bytes, as the bytes that could be read in that time (measured). */
const READ_COST: u32 = 16 * 1024;
/** A window that cost this many times the bytes it used is followed by a larger one. */
const COSTLY: u64 = 3;
/** How much one call of `settleSome` may cost: a few milliseconds. */
const SLICE: u64 = 64 * 1024 * 1024;

let capacity: u32 = 0;
let capacityMost: u32 = 0;
let window: usize = 0;
let used: u32 = 0;

let pieces: usize = 0;
let spare: usize = 0;
let counts: usize = 0;
let pieceCount: u32 = 0;
let pieceMost: u32 = 0;
let isSorted: bool = true;
let lastBlock: u64 = 0;
/** Whether the ranges so far are in the order of the sources: a larger window would not help. */
let isInOrder: bool = true;
let nextInBasis: u64 = 0;
let nextInLiterals: u64 = 0;

/** Addresses number the bytes of the basis first, and from here on those of the literals. */
let literalsAt: u64 = 0;
let addressBits: u32 = 0;

let readBuffer: usize = 0;
/** The end of the arena before the buffers that depend on the size of the window. */
let growsFrom: usize = 0;

let isClosed: bool = false;
let next: usize = 0;
let last: usize = 0;
/** What reading this window has cost, and how many bytes it takes from the sources. */
let cost: u64 = 0;
let gathered: u64 = 0;

/** Starts with an empty window. Windows are at most `windowMost` bytes, and at least one. */
export function openGather(basisSize: u64, literalsSize: u64, windowMost: u32): void {
  const block: u64 = 1 << BLOCK_LOG;
  literalsAt = (basisSize + block - 1) & ~(block - 1);
  addressBits = 64 - u32(clz(literalsAt + literalsSize));
  capacityMost = max(windowMost, 1);
  readBuffer = take(READ_BUFFER);
  counts = take(SORT_COUNTS_BYTES);
  growsFrom = arenaTop();
  layOut(min(WINDOW_FIRST, capacityMost));
}

function layOut(newCapacity: u32): void {
  rewindArena(growsFrom);
  capacity = newCapacity;
  pieceMost = max(capacity / BYTES_PER_PIECE, PIECES_LEAST);
  pieces = take(pieceMost * PIECE);
  spare = take(pieceMost * PIECE);
  window = take(capacity);
  startWindow();
}

function startWindow(): void {
  used = 0;
  pieceCount = 0;
  isSorted = true;
  lastBlock = 0;
  isInOrder = true;
  nextInBasis = 0;
  nextInLiterals = 0;
  gathered = 0;
  isClosed = false;
}

/** How many more bytes the window takes. 0 from `closeWindow` to `nextWindow`. */
export function gatherRoom(): u32 {
  return isClosed || pieceCount == pieceMost ? 0 : capacity - used;
}

/** Adds bytes that are in memory, at most as many as there is room for. */
export function gatherBytes(from: usize, length: u32): void {
  copyBytes(window + used, from, length);
  used += length;
}

/** Adds a range inside its source: at least one byte, at most as many as there is room for. */
export function gatherRange(isLiteral: bool, position: u64, length: u32): void {
  const address = isLiteral ? literalsAt + position : position;
  const block = address >> BLOCK_LOG;
  if (block < lastBlock) isSorted = false;
  lastBlock = block;
  if (isLiteral) {
    if (position < nextInLiterals) isInOrder = false;
    nextInLiterals = position + length;
  } else {
    if (position < nextInBasis) isInOrder = false;
    nextInBasis = position + length;
  }
  const piece = pieces + pieceCount * PIECE;
  store<u64>(piece, address);
  store<u32>(piece, used, 8);
  store<u32>(piece, length, 12);
  pieceCount++;
  used += length;
  gathered += length;
}

/** Ends the filling. Call `settleSome` next. */
export function closeWindow(): void {
  isClosed = true;
  next = isSorted ? pieces : sortPieces(pieces, spare, pieceCount, counts, addressBits);
  last = next + pieceCount * PIECE;
  cost = 0;
}

/** Reads for a few milliseconds. Returns whether the window is whole. */
export function settleSome(): bool {
  const stopAt = cost + SLICE;
  while (next != last && cost < stopAt) {
    const length = load<u32>(next, 12);
    if (length >= DIRECT_FROM) {
      readAt(load<u64>(next), window + load<u32>(next, 8), length);
      next += PIECE;
    } else {
      readRun();
    }
  }
  return next == last;
}

/** Reads the next pieces that lie near each other in one go, and copies each to its place. */
function readRun(): void {
  const first = load<u64>(next);
  const start = first & ~u64((1 << BLOCK_LOG) - 1);
  const sourceEnd = first < literalsAt ? literalsAt : u64.MAX_VALUE;
  const limit = min(start + READ_BUFFER, sourceEnd);
  let end = first + load<u32>(next, 12);
  let after = next + PIECE;
  for (; after != last; after += PIECE) {
    const address = load<u64>(after);
    const length = load<u32>(after, 12);
    const pieceEnd = address + length;
    if (length >= DIRECT_FROM || address > end + READ_COST || pieceEnd > limit) break;
    if (pieceEnd > end) end = pieceEnd;
  }
  readAt(start, readBuffer, u32(end - start));
  for (; next != after; next += PIECE) {
    const from = readBuffer + u32(load<u64>(next) - start);
    copyBytes(window + load<u32>(next, 8), from, load<u32>(next, 12));
  }
}

function readAt(address: u64, into: usize, length: u32): void {
  if (address < literalsAt) readSource(BASIS, into, length, address);
  else readSource(LITERALS, into, length, address - literalsAt);
  cost += length + READ_COST;
}

/** The address of a window that is whole. */
export function gatherWindow(): usize {
  return window;
}

export function gatherUsed(): u32 {
  return used;
}

/** Starts an empty window: a larger one if the last was costly. Memory may grow. */
export function nextWindow(): void {
  const wasCostly = !isInOrder && cost > COSTLY * (gathered + READ_COST);
  if (wasCostly && capacity < capacityMost) {
    layOut(u32(min(u64(capacity) * WINDOW_GROWTH, u64(capacityMost))));
  } else {
    startWindow();
  }
}

/** Copies bytes that do not overlap. Most pieces are short, and a call of memmove costs more. */
// @ts-ignore: decorator
@inline
function copyBytes(to: usize, from: usize, length: u32): void {
  if (length < 16 || length > 512) {
    memory.copy(to, from, length);
    return;
  }
  // The last 16 bytes may overlap the ones copied before.
  const tail = length - 16;
  for (let done: u32 = 0; done < tail; done += 16) v128.store(to + done, v128.load(from + done));
  v128.store(to + tail, v128.load(from + tail));
}
