// What was found of the result in the basis, until it is written: ranges of 16 bytes each, in a store
// outside this memory. Each pass adds its ranges in the order of the result. Reading merges all passes.
import { take } from "../memory/arena";
import { FINDS, appendTo } from "../memory/host";
import { Window } from "../memory/window";

export const PASSES_MOST: u32 = 64;

const ROW: u32 = 16;
const BUFFER: u32 = 64 * 1024;
const POSITION: u64 = 0xffffffffffff;
const LENGTH_MOST: u64 = 0xffffffff;

let buffer: usize = 0;
let used: u32 = 0;
let rows: u64 = 0;
let passes: u32 = 0;
/** For each pass, the row after its last one, and while reading, the row that is next. */
let ends: usize = 0;
let nexts: usize = 0;
let windows: usize = 0;

/** The last range that was added. It is kept back, since the next one may continue it. */
let waitingResult: u64 = 0;
let waitingBasis: u64 = 0;
let waitingLength: u64 = 0;

/** Bytes of all ranges. */
export let findsTotal: u64 = 0;

/** The range that nextFind found. */
export let findResult: u64 = 0;
export let findBasis: u64 = 0;
export let findLength: u64 = 0;

export function openFinds(): void {
  buffer = take(BUFFER);
  ends = take(PASSES_MOST * 8);
  nexts = take(PASSES_MOST * 8);
  windows = take(PASSES_MOST * 4);
  used = 0;
  rows = 0;
  passes = 0;
  waitingLength = 0;
  findsTotal = 0;
}

/** Adds a range. Within a pass, ranges come in the order of the result and do not overlap. */
export function addFind(result: u64, basis: u64, length: u64): void {
  if (length == 0) return;
  findsTotal += length;
  const goesOn = waitingResult + waitingLength == result && waitingBasis + waitingLength == basis;
  if (waitingLength != 0 && goesOn && waitingLength + length <= LENGTH_MOST) {
    waitingLength += length;
    return;
  }
  flushWaiting();
  waitingResult = result;
  waitingBasis = basis;
  waitingLength = length;
  // No record of Redis is that long, but a range may run over many records.
  while (waitingLength > LENGTH_MOST) {
    storeRow(waitingResult, waitingBasis, LENGTH_MOST);
    waitingResult += LENGTH_MOST;
    waitingBasis += LENGTH_MOST;
    waitingLength -= LENGTH_MOST;
  }
}

/** Ends a pass. Returns how many passes there have been. */
export function endPass(): u32 {
  flushWaiting();
  appendTo(FINDS, buffer, used);
  used = 0;
  store<u64>(ends + passes * 8, rows);
  return ++passes;
}

/** Starts reading the ranges of all passes. */
export function openMerge(): void {
  let first: u64 = 0;
  for (let pass: u32 = 0; pass < passes; pass++) {
    store<u64>(nexts + pass * 8, first);
    first = load<u64>(ends + pass * 8);
    const window = Window.create(FINDS, rows * ROW, ROW);
    store<usize>(windows + pass * 4, changetype<usize>(window));
  }
}

/** Finds the next range in the order of the result. False if there is none. */
export function nextFind(): bool {
  let best: u64 = u64.MAX_VALUE;
  let bestPass: u32 = 0;
  for (let pass: u32 = 0; pass < passes; pass++) {
    const row = load<u64>(nexts + pass * 8);
    if (row == load<u64>(ends + pass * 8)) continue;
    const result = load<u64>(rowAt(pass, row)) & POSITION;
    if (result >= best) continue;
    best = result;
    bestPass = pass;
  }
  if (best == u64.MAX_VALUE) return false;
  const row = load<u64>(nexts + bestPass * 8);
  store<u64>(nexts + bestPass * 8, row + 1);
  const at = rowAt(bestPass, row);
  const low = load<u64>(at);
  const high = load<u64>(at, 8);
  findResult = low & POSITION;
  findBasis = high & POSITION;
  findLength = (low >> 48) | ((high >> 48) << 16);
  return true;
}

function rowAt(pass: u32, row: u64): usize {
  const window = changetype<Window>(load<usize>(windows + pass * 4));
  window.hold(row * ROW, ROW);
  return window.at(row * ROW);
}

function flushWaiting(): void {
  if (waitingLength != 0) storeRow(waitingResult, waitingBasis, waitingLength);
  waitingLength = 0;
}

function storeRow(result: u64, basis: u64, length: u64): void {
  if (used == BUFFER) {
    appendTo(FINDS, buffer, used);
    used = 0;
  }
  store<u64>(buffer + used, result | (length << 48));
  store<u64>(buffer + used, basis | ((length >> 16) << 48), 8);
  used += ROW;
  rows++;
}
