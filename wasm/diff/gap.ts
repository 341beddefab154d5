// A gap: bytes of the result that the basis does not have at this place. What the index finds of them
// becomes COPYs, the rest LITERAL. An open gap follows a failed resync: it may end early, as soon as the
// index finds a run from which matching can go on. Other gaps end where matching or placing goes on.
import { equalBackward, equalForward } from "../memory/bytes";
import { LITERAL_MOST, outputIsFull, writeCopy, writeLiteral } from "../delta/delta-writer";
import { DiffJob, GAP, MATCH, PLACE, SEARCH_COST } from "./diff-job";
import { BASIS } from "../memory/host";
import {
  ANCHOR_BYTES,
  NOT_FOUND,
  anchorCount,
  anchorKey,
  anchorPosition,
  findAnchor,
  gatherAnchors,
  isCommon,
} from "./moved-index";
import { Pages } from "../memory/pages";
import { earnCredit } from "./resync";

const STEP_BYTES: u64 = 1024 * 1024;
const PAGES_MOST: u32 = 4 * 1024 * 1024;
/** The shortest run that is worth a COPY among literals. */
const RUN_LEAST: u32 = 24;
/** The same for a run whose anchor occurs several times in the basis, like text that records share. */
const COMMON_LEAST: u32 = 96;
/** Literal bytes that are kept back in a gap: a run that is found later may extend over them. */
const KEPT_BACK: u64 = 64 * 1024;
/** The shortest run that ends an open gap. */
const HOME_LEAST: u32 = 64;
const MISSES_MOST: u32 = 4;
const TRY_EVERY: u32 = 16;
const PIECE: u64 = 64 * 1024;

let pages: Pages = changetype<Pages>(0);

/** Bytes from job.atResult to `scan` wait to be literals. Anchors are looked for from `scan` on. */
let scan: u64 = 0;
let gapEnd: u64 = 0;
let isOpen: bool = false;
/** Anchors before `gatheredTo` are gathered. Those from `anchorNext` on are still to be looked up. */
let gatheredTo: u64 = 0;
let anchorNext: u32 = 0;
/** Whether the index has found a run from which matching goes on. */
let isHome: bool = false;

/** How often in a row resync found nothing, and how often it has been skipped for that. */
export let misses: u32 = 0;
let passes: u32 = 0;

export function openGaps(): void {
  misses = 0;
  passes = 0;
}

/** Takes the memory for reading the basis, to verify what the index finds. */
export function openGapPages(job: DiffJob): void {
  pages = Pages.create(BASIS, job.basisSize, PAGES_MOST);
}

/** Counts the outcome of a resync. */
export function countMiss(isMiss: bool): void {
  misses = isMiss ? misses + 1 : 0;
}

/** Begins the gap from job.atResult to `end`. With `mayLeave` it is open: it may end earlier. */
export function beginGap(job: DiffJob, end: u64, mayLeave: bool): void {
  gapEnd = end;
  isOpen = mayLeave;
  scan = job.atResult;
  gatheredTo = scan;
  anchorNext = u32.MAX_VALUE;
  isHome = false;
}

/** Writes some of the gap and returns the next phase. Most gaps are short and take one call. */
export function fillGap(job: DiffJob): i32 {
  let done: u64 = 0;
  while (!isHome && scan < gapEnd && done < STEP_BYTES && !outputIsFull()) {
    const before = scan;
    if (job.isIndexed) searchGap(job);
    else scan = gapEnd;
    done += scan - before + SEARCH_COST;
    if (isHome) break;
    flushGap(job, scan - job.atResult > 2 * KEPT_BACK ? scan - KEPT_BACK : job.atResult);
  }
  if (isHome) return MATCH;
  if (scan < gapEnd || !flushGap(job, gapEnd)) return GAP;
  return job.isPlacing ? PLACE : MATCH;
}

/** Writes waiting literal bytes up to `end`. False if the output is full before that. */
function flushGap(job: DiffJob, end: u64): bool {
  while (job.atResult < end) {
    if (outputIsFull()) return false;
    const count = u32(min(end - job.atResult, u64(LITERAL_MOST)));
    job.result.hold(job.atResult, count);
    writeLiteral(job.result.at(job.atResult), count);
    job.atResult += count;
  }
  return true;
}

/** Moves `scan` to the next run that the index finds, or on by a piece. */
function searchGap(job: DiffJob): void {
  const at = job.atResult;
  const end = min(gapEnd, scan + PIECE);
  const have = u64(job.result.hold(at, u32(end - at) + ANCHOR_BYTES - 1));
  const last = min(end, at + have - min(have, ANCHOR_BYTES - 1));
  while (true) {
    while (anchorNext < anchorCount) {
      const position = anchorPosition(anchorNext);
      const key = anchorKey(anchorNext);
      anchorNext++;
      if (position < scan) continue;
      const found = findAnchor(key);
      if (found != NOT_FOUND && takeRun(job, found, position, at + have)) return;
    }
    scan = max(scan, gatheredTo);
    if (scan >= last) break;
    gatheredTo = scan + gatherAnchors(job.result.at(scan), 0, u32(last - scan), scan);
    anchorNext = 0;
  }
  scan = end;
}

/** Verifies that the basis at `found` equals the result at `position`. Copies a run that is worth it. */
function takeRun(job: DiffJob, found: u64, position: u64, heldEnd: u64): bool {
  const most = min(gapEnd, heldEnd);
  const at = job.result.at(position);
  const after = equalAfter(found, at, u32(min(most - position, job.basisSize - found)));
  if (after == 0) return false;
  const before = equalBefore(found, at, u32(min(position - job.atResult, found)));
  const run = before + after;
  const least = isCommon ? COMMON_LEAST : RUN_LEAST;
  if (run < least) return false;
  flushBefore(job, position - before);
  writeCopy(found - before, u64(run));
  job.atResult = position + after;
  scan = job.atResult;
  if (!isOpen) return true;
  if (job.atResult == heldEnd || (run >= HOME_LEAST && isNearLikely())) {
    earnCredit(run);
    job.atBasis = found + after;
    isHome = true;
  }
  return true;
}

/** Whether to try resync. While it keeps failing, it is only tried now and then. */
function isNearLikely(): bool {
  if (misses < MISSES_MOST) return true;
  passes++;
  return passes % TRY_EVERY == 0;
}

/** Like flushGap, for the bytes before a run: fewer than 4 * KEPT_BACK, for which there is room. */
function flushBefore(job: DiffJob, end: u64): void {
  while (job.atResult < end) {
    const count = u32(min(end - job.atResult, u64(LITERAL_MOST)));
    writeLiteral(job.result.at(job.atResult), count);
    job.atResult += count;
  }
}

/** How many bytes of the basis from `position` on equal those at `at`: at most `limit`. */
function equalAfter(position: u64, at: usize, limit: u32): u32 {
  let done: u32 = 0;
  while (done < limit) {
    const from = pages.at(position + done);
    const count = min(pages.run(position + done), limit - done);
    const equal = u32(equalForward(from, at + done, count));
    done += equal;
    if (equal < count) break;
  }
  return done;
}

/** How many bytes of the basis before `position` equal those before `at`: at most `limit`. */
function equalBefore(position: u64, at: usize, limit: u32): u32 {
  let done: u32 = 0;
  while (done < limit) {
    const last = position - done - 1;
    const end = pages.at(last) + 1;
    const count = min(pages.runBefore(last), limit - done);
    const equal = u32(equalBackward(end, at - done, count));
    done += equal;
    if (equal < count) break;
  }
  return done;
}
