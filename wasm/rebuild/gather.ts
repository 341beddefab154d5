// Builds a result in windows out of bytes that are given and ranges of two sources, basis and literals,
// in any order. Ranges are kept as pieces until the window is full; sorted by where they lie, they are
// read in long reads from front to end and scattered into the window. A delta whose ranges are in order
// gets by with a small window; where reading costs far more than it yields, the windows that follow are
// larger, and each source is run through less often.
//
// A window goes through three states: it is filled; closed and read in slices (`settleSome`); whole, to
// be used or handed out, until `nextWindow`.
import { arenaTop, rewindArena, take } from "../memory/arena";
import { BASIS, LITERALS, readSource } from "../memory/host";
import { BLOCK_LOG, PIECE, SORT_COUNTS_BYTES, sortPieces } from "./piece-sort";

const WINDOW_FIRST: u32 = 512 * 1024;
const WINDOW_GROWTH: u32 = 8;
/** A window has one piece for so many of its bytes; it is closed early where there are more. */
const BYTES_PER_PIECE: u32 = 128;
const PIECES_LEAST: u32 = 16;
const READ_BUFFER: u32 = 256 * 1024;
/** Pieces from this length on are read into the window itself. */
const DIRECT_FROM: u32 = 64 * 1024;
/** What a read costs besides its bytes, in bytes that could be read in that time (measured). */
const READ_COST: u32 = 16 * 1024;
/** A window that cost this many times what it took from the sources is followed by a larger one. */
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
/** Whether each source is read from front to end as it is: a larger window would yield no more. */
let isInOrder: bool = true;
let nextInBasis: u64 = 0;
let nextInLiterals: u64 = 0;

/** Addresses run through the basis and, from here on, through the literals. */
let literalsAt: u64 = 0;
let addressBits: u32 = 0;

let readBuffer: usize = 0;
/** Where the arena goes on with what is laid out anew for each size of window. */
let growsFrom: usize = 0;

let isClosed: bool = false;
let next: usize = 0;
let last: usize = 0;
/** What reading this window has cost, and how many bytes it took from the sources. */
let cost: u64 = 0;
let gathered: u64 = 0;

/** Starts with an empty window; windows are at most `windowMost` bytes, one at least. */
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

/** How many more bytes the window takes; none until `nextWindow` once it is closed. */
export function gatherRoom(): u32 {
  return isClosed || pieceCount == pieceMost ? 0 : capacity - used;
}

/** Adds bytes, at most the room, that are there. */
export function gatherBytes(from: usize, length: u32): void {
  copyBytes(window + used, from, length);
  used += length;
}

/** Adds a range, at least one byte and at most the room, that lies inside of its source. */
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

/** Ends the filling: `settleSome` follows. */
export function closeWindow(): void {
  isClosed = true;
  next = isSorted ? pieces : sortPieces(pieces, spare, pieceCount, counts, addressBits);
  last = next + pieceCount * PIECE;
  cost = 0;
}

/** Reads for a few milliseconds; whether the window is whole now. */
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

/** Reads the next pieces that lie near one another, and what is between them, and spreads them. */
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

/** The bytes of a window that is whole. */
export function gatherWindow(): usize {
  return window;
}

export function gatherUsed(): u32 {
  return used;
}

/** Starts an empty window, a larger one where the last was costly. Memory may grow. */
export function nextWindow(): void {
  const wasCostly = !isInOrder && cost > COSTLY * (gathered + READ_COST);
  if (wasCostly && capacity < capacityMost) {
    layOut(u32(min(u64(capacity) * WINDOW_GROWTH, u64(capacityMost))));
  } else {
    startWindow();
  }
}

/** Copies bytes that do not overlap; most pieces are short, for which a call of memmove is dear. */
// @ts-ignore: decorator
@inline
function copyBytes(to: usize, from: usize, length: u32): void {
  if (length < 16 || length > 512) {
    memory.copy(to, from, length);
    return;
  }
  // The last 16 bytes overlap the ones before.
  const tail = length - 16;
  for (let done: u32 = 0; done < tail; done += 16) v128.store(to + done, v128.load(from + done));
  v128.store(to + tail, v128.load(from + tail));
}
