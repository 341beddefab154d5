// The local differ: a delta that rebuilds `result` from `basis`, both of which can be read. It goes
// through the result once and writes as it goes. In turn, at each point:
//   match   bytes are equal: one growing COPY
//   resync  they are not: find in place where they are again (resync.ts); between lies a gap
//   index   nothing in place, or the gaps have grown large: index the whole basis, once
//   gap     COPY what the index finds of a gap, write the rest as LITERAL
// A gap is open where resync found nothing: it ends where the index finds a run to go on from.
import { resetArena } from "./arena";
import { equalBackward, equalForward } from "./bytes";
import {
  LITERAL_MOST,
  literalTotal,
  openWriter,
  outputIsFull,
  writeCopy,
  writeEnd,
  writeLiteral,
} from "./delta-writer";
import { BASIS, RESULT } from "./host";
import {
  ANCHOR_BYTES,
  NOT_FOUND,
  adaptDensity,
  addAnchors,
  anchorCount,
  anchorKey,
  anchorPosition,
  findAnchor,
  gatherAnchors,
  isCommon,
  openIndex,
  stride,
} from "./moved-index";
import { STEP_AGAIN, STEP_END } from "./steps";
import { Pages } from "./pages";
import {
  NEAR_REACH,
  earnCredit,
  foundBasis,
  foundResult,
  openResync,
  resyncNear,
  searchedBytes,
} from "./resync";
import { Window } from "./window";

const MATCH = 0;
const INDEX = 1;
const GAP = 2;
const DONE = 3;

/** Bytes compared, indexed or searched in one step, so that a step takes milliseconds. */
const STEP_BYTES: u64 = 8 * 1024 * 1024;
const GAP_STEP_BYTES: u64 = 1024 * 1024;
const PAGES_MOST: u32 = 4 * 1024 * 1024;
/** The shortest run worth a COPY among literals. */
const RUN_LEAST: u32 = 24;
/** … where the basis holds its anchor at several places, which the text that records share does. */
const COMMON_LEAST: u32 = 96;
/** The shortest run in place that is taken rather than a look into the index. */
const NEAR_LEAST: u32 = 48;
/** Literal bytes kept back in a gap, for a run that extends backward over them. */
const KEPT_BACK: u64 = 64 * 1024;
/** The shortest run that matching goes on from, out of an open gap. */
const HOME_LEAST: u32 = 64;
const MISSES_MOST: u32 = 4;
const TRY_EVERY: u32 = 16;
/** What a search counts as in a step's work, besides its bytes. */
const SEARCH_COST: u64 = 4096;
const PIECE: u64 = 64 * 1024;

let basisSize: u64 = 0;
let resultSize: u64 = 0;
let indexBudget: u32 = 0;
let basis: Window = changetype<Window>(0);
let result: Window = changetype<Window>(0);
let pages: Pages = changetype<Pages>(0);
let hasPages: bool = false;
let phase: i32 = DONE;

/** Everything before these is written; while matching they are compared. */
let atBasis: u64 = 0;
let atResult: u64 = 0;

let isIndexed: bool = false;
let indexedTo: u64 = 0;

/** The gap: literal bytes from atResult on are pending, anchors are looked for from `scan` on. */
let scan: u64 = 0;
let gapEnd: u64 = 0;
let isOpen: bool = false;
/** Anchors of the gap before `gatheredTo` are gathered; those from `anchorNext` on are not looked up. */
let gatheredTo: u64 = 0;
let anchorNext: u32 = 0;

/** How often in a row resync found nothing, and how often it was passed over since. */
let misses: u32 = 0;
let passes: u32 = 0;

/** Starts a job; `budget` is the moved-content index's most bytes. */
export function diffOpen(basisBytes: f64, resultBytes: f64, budget: u32): void {
  resetArena();
  basisSize = u64(basisBytes);
  resultSize = u64(resultBytes);
  indexBudget = budget;
  basis = Window.create(BASIS, basisSize, NEAR_REACH);
  result = Window.create(RESULT, resultSize, NEAR_REACH);
  openWriter();
  openResync();
  phase = MATCH;
  atBasis = 0;
  atResult = 0;
  misses = 0;
  passes = 0;
  isIndexed = false;
  indexedTo = 0;
  hasPages = false;
}

/** Some milliseconds of work; its output must be taken before the next step. */
export function diffStep(): i32 {
  if (phase == MATCH) matchSome();
  else if (phase == INDEX) indexSome();
  else if (phase == GAP) gapSome();
  return phase == DONE ? STEP_END : STEP_AGAIN;
}

function matchSome(): void {
  let done: u64 = 0;
  while (done < STEP_BYTES && !outputIsFull()) {
    const limit = min(basis.hold(atBasis, 1), result.hold(atResult, 1));
    const run = u64(equalForward(basis.at(atBasis), result.at(atResult), limit));
    writeCopy(atBasis, run);
    earnCredit(run);
    atBasis += run;
    atResult += run;
    done += run + SEARCH_COST;
    if (limit != 0 && run == limit) continue;
    if (atResult == resultSize) {
      writeEnd();
      phase = DONE;
      return;
    }
    resync();
    if (phase != MATCH) return;
    done += searchedBytes;
  }
}

/** Decides what becomes of the mismatch at atBasis and atResult. */
function resync(): void {
  const mayIndex = isIndexed || isIndexWorth(resultSize - atResult);
  const isDense = isIndexed && stride <= 512;
  const most: u32 = isDense ? (misses == 0 ? 8 * 1024 : 1024) : 1024 * 1024;
  const least = isIndexed ? NEAR_LEAST : 0;
  isOpen = false;
  if (resyncNear(basis, result, atBasis, atResult, most, least, !mayIndex)) {
    misses = 0;
    atBasis = foundBasis;
    gapEnd = foundResult;
    const gaps = literalTotal() + (gapEnd - atResult);
    const areGapsLarge = gaps >= atResult / 32 && isIndexWorth(gaps);
    startGap(!isIndexed && areGapsLarge);
  } else if (mayIndex) {
    misses++;
    gapEnd = resultSize;
    isOpen = true;
    startGap(!isIndexed);
  } else {
    const isBasisOver = atBasis == basisSize;
    const rest = resultSize - atResult;
    gapEnd = atResult + (isBasisOver ? rest : min(rest, 1024 * 1024));
    startGap(false);
  }
}

/** Whether indexing the basis costs little beside the `bytes` of the result it may save. */
function isIndexWorth(bytes: u64): bool {
  return basisSize >= ANCHOR_BYTES && bytes >= ANCHOR_BYTES && bytes >= basisSize / 256;
}

/** With an index, resync is left out where it keeps failing, but for a try now and then. */
function isNearLikely(): bool {
  if (!isIndexed || misses < MISSES_MOST) return true;
  passes++;
  return passes % TRY_EVERY == 0;
}

function startGap(needsIndex: bool): void {
  scan = atResult;
  gatheredTo = scan;
  anchorNext = u32.MAX_VALUE;
  if (needsIndex) {
    openIndex(basisSize, indexBudget);
    indexedTo = 0;
    phase = INDEX;
  } else {
    phase = GAP;
    // Short gaps are the rule: written at once, they cost no step of their own.
    if (!isIndexed && !isOpen && gapEnd - atResult <= PIECE) gapSome();
  }
}

function indexSome(): void {
  const begin = indexedTo;
  const end = min(basisSize, indexedTo + STEP_BYTES);
  while (indexedTo < end) {
    const have = basis.hold(indexedTo, u32(PIECE) + ANCHOR_BYTES - 1);
    if (have < ANCHOR_BYTES) {
      indexedTo = basisSize;
      break;
    }
    const count = have - ANCHOR_BYTES + 1;
    addAnchors(basis.at(indexedTo), count, indexedTo);
    indexedTo += count;
  }
  adaptDensity(indexedTo - begin, basisSize - indexedTo);
  if (indexedTo != basisSize) return;
  if (!hasPages) {
    pages = Pages.create(BASIS, basisSize, PAGES_MOST);
    hasPages = true;
  }
  isIndexed = true;
  phase = GAP;
}

function gapSome(): void {
  let done: u64 = 0;
  while (phase == GAP && scan < gapEnd && done < GAP_STEP_BYTES && !outputIsFull()) {
    const before = scan;
    if (isIndexed) searchGap();
    else scan = gapEnd;
    done += scan - before + SEARCH_COST;
    flushGap(scan - atResult > 2 * KEPT_BACK ? scan - KEPT_BACK : atResult);
  }
  if (phase != GAP || scan < gapEnd) return;
  if (flushGap(gapEnd)) phase = MATCH;
}

/** Writes pending literal bytes before `end`; false where the output is full before. */
function flushGap(end: u64): bool {
  while (atResult < end) {
    if (outputIsFull()) return false;
    const count = u32(min(end - atResult, u64(LITERAL_MOST)));
    result.hold(atResult, count);
    writeLiteral(result.at(atResult), count);
    atResult += count;
  }
  return true;
}

/** Goes from `scan` to the next run that the index finds, or some way on. */
function searchGap(): void {
  const end = min(gapEnd, scan + PIECE);
  const have = u64(result.hold(atResult, u32(end - atResult) + ANCHOR_BYTES - 1));
  const last = min(end, atResult + have - min(have, ANCHOR_BYTES - 1));
  while (true) {
    while (anchorNext < anchorCount) {
      const position = anchorPosition(anchorNext);
      const key = anchorKey(anchorNext);
      anchorNext++;
      if (position < scan) continue;
      const found = findAnchor(key);
      if (found != NOT_FOUND && takeRun(found, position, atResult + have)) return;
    }
    scan = max(scan, gatheredTo);
    if (scan >= last) break;
    gatheredTo = scan + gatherAnchors(result.at(scan), 0, u32(last - scan), scan);
    anchorNext = 0;
  }
  scan = end;
}

/** Verifies that `found` in the basis equals `position` in the result; copies the run if it is worth it. */
function takeRun(found: u64, position: u64, heldEnd: u64): bool {
  const most = min(gapEnd, heldEnd);
  const after = equalAfter(found, result.at(position), u32(most - position));
  if (after == 0) return false;
  const before = equalBefore(found, result.at(position), u32(position - atResult));
  const least = isCommon ? COMMON_LEAST : RUN_LEAST;
  if (before + after < least) return false;
  const start = position - before;
  flushGapAlways(start);
  writeCopy(found - before, u64(before + after));
  atResult = position + after;
  scan = atResult;
  if (!isOpen) return true;
  if (atResult == heldEnd || (before + after >= HOME_LEAST && isNearLikely())) {
    earnCredit(before + after);
    atBasis = found + after;
    phase = MATCH;
  }
  return true;
}

/** Like flushGap, for what is pending before a run, less than 4 * KEPT_BACK: there is room for it. */
function flushGapAlways(end: u64): void {
  while (atResult < end) {
    const count = u32(min(end - atResult, u64(LITERAL_MOST)));
    writeLiteral(result.at(atResult), count);
    atResult += count;
  }
}

function equalAfter(position: u64, at: usize, limit: u32): u32 {
  const most = u32(min(u64(limit), basisSize - position));
  let done: u32 = 0;
  while (done < most) {
    const from = pages.at(position + done);
    const count = min(pages.run(position + done), most - done);
    const equal = u32(equalForward(from, at + done, count));
    done += equal;
    if (equal < count) break;
  }
  return done;
}

function equalBefore(position: u64, at: usize, limit: u32): u32 {
  const most = u32(min(u64(limit), position));
  let done: u32 = 0;
  while (done < most) {
    const last = position - done - 1;
    const end = pages.at(last) + 1;
    const count = min(pages.runBefore(last), most - done);
    const equal = u32(equalBackward(end, at - done, count));
    done += equal;
    if (equal < count) break;
  }
  return done;
}
