// Resync: after a mismatch, finds where basis and result are equal again, not far ahead. Shingles of 16
// bytes from the next stretch of the basis go into a table, and the result slides over the table. The
// stretch grows from 1 KiB to 1 MiB. Every hit is verified byte by byte and extended in both directions.
// A short run far away is not taken while a longer one may follow: text that records have in common must
// not shift the alignment by one record. Neither must the zeros that pad them, so what counts is a run's
// weight (weight.ts) rather than its length. Long stretches are paid for with credit that matched bytes earn,
// so the whole pass takes linear time whatever the files hold.
import { take } from "../memory/arena";
import { equalBackward, equalForward, hash16 } from "../memory/bytes";
import { Window } from "../memory/window";
import { weigh } from "./weight";

/** How far ahead the widest search looks in either file. */
export const FAR: u32 = 1024 * 1024;
/** The same, with the bytes that it needs to judge a hit at the very end. */
export const NEAR_REACH: u32 = FAR + 32 * 1024;

const LEVELS: u32 = 4;
const TABLE_LOG_MOST: u32 = 17;
const SHINGLE: u32 = 16;
/** A run of this weight is taken without a wider search, which might find a better one … */
const GOOD_RUN: u32 = 64;
/** … if little of it repeats, or if it weighs as much as this. */
const HEAVY: u32 = 256;
const CREDIT_PER_BYTE: i64 = 8;
const CREDIT_MOST: i64 = 16 * 1024 * 1024;

let table: usize = 0;
let credit: i64 = 0;

/** Where the files are equal again, after resyncNear returned true. */
export let foundBasis: u64 = 0;
export let foundResult: u64 = 0;

/** Bytes of each file that the last call searched beyond the first stretch. */
export let searchedBytes: u32 = 0;

/** The best hit so far, counted from where the search began. A run behind the best may confirm it. */
let bestScore: i32 = 0;
let isConfirmed: bool = false;
let bestRun: u32 = 0;
let bestWeight: u32 = 0;
let bestBasis: u32 = 0;
let bestResult: u32 = 0;

export function openResync(): void {
  table = take(4 << TABLE_LOG_MOST);
  credit = CREDIT_MOST;
}

/** Matched bytes pay for later searches. */
export function earnCredit(bytes: u64): void {
  credit = min(credit + i64(min(bytes, 0x100000000)) * CREDIT_PER_BYTE, CREDIT_MOST);
}

/**
 * Searches from `atBasis` and `atResult` on, up to `most` bytes ahead. With `mustTry`, and as long as
 * nothing is found, it searches on even without credit. A run that weighs less than `least` counts only if a
 * better run behind it confirms it.
 */
export function resyncNear(
  basis: Window,
  result: Window,
  atBasis: u64,
  atResult: u64,
  most: u32,
  least: u32,
  mustTry: bool,
): bool {
  bestScore = i32.MIN_VALUE;
  bestRun = 0;
  bestWeight = 0;
  isConfirmed = false;
  searchedBytes = 0;
  for (let level: u32 = 0; level < LEVELS; level++) {
    const reach: u32 = level == 3 ? 1 << 20 : 1024 << (3 * level);
    const strideLog: u32 = level == 3 ? 4 : max(level, 1);
    const beyond: u32 = level < 2 ? 4096 : 32 * 1024;
    if (level != 0) {
      if (reach > most) break;
      const cost = i64(reach) * 2;
      if (credit < cost && !(mustTry && bestRun == 0)) break;
      credit = max(credit - cost, 0);
      searchedBytes += reach;
    }
    const haveBasis = basis.hold(atBasis, reach + beyond);
    const haveResult = result.hold(atResult, reach + beyond);
    if (haveBasis < SHINGLE || haveResult < SHINGLE) break;
    const isSure = search(
      basis.at(atBasis),
      haveBasis,
      result.at(atResult),
      haveResult,
      reach,
      strideLog,
      beyond,
    );
    isConfirmed = isConfirmed || isSure;
    if (isConfirmed || isGood(bestWeight, bestRun)) break;
    if (haveBasis <= reach && haveResult <= reach) break;
  }
  if (bestRun == 0 || (bestWeight < least && !isConfirmed)) return false;
  foundBasis = atBasis + bestBasis;
  foundResult = atResult + bestResult;
  return true;
}

/**
 * What is skipped counts against a run. For a run that is zeros but for a few bytes, what is skipped is mostly zeros
 * too, so that it weighs as little as the run does. A run of zeros alone tells nothing, and is not worth a way.
 */
function scoreOf(weight: u32, length: u32, malus: u32): i32 {
  if (weight < GOOD_RUN) return i32(weight) - i32(malus);
  return i32(((i64(length) - i64(malus)) * i64(weight)) / i64(length));
}

function isGood(weight: u32, run: u32): bool {
  return weight >= HEAVY || (weight >= GOOD_RUN && weight >= run / 2);
}

/** Keeps the best hit in best*. True if the hit is so long that no other is looked for. */
function search(
  basisAt: usize,
  haveBasis: u32,
  resultAt: usize,
  haveResult: u32,
  reach: u32,
  strideLog: u32,
  beyond: u32,
): bool {
  const basisCount = min(reach, haveBasis - SHINGLE + 1);
  let end = min(reach, haveResult - SHINGLE + 1);
  const shingles = basisCount >> strideLog;
  let tableLog: u32 = 10;
  while (u32(1) << (tableLog - 1) < shingles) tableLog++;
  const shift = u64(64 - tableLog);
  memory.fill(table, 0, 4 << tableLog);
  // From the end, so that of equal shingles the nearest one stays.
  for (let i = i32(((basisCount - 1) >> strideLog) << strideLog); i >= 0; i -= 1 << strideLog) {
    store<u32>(table + (usize(hash16(basisAt + i) >> shift) << 2), i + 1);
  }
  for (let i: u32 = 0; i < end; i++) {
    const at = resultAt + i;
    const entry = load<u32>(table + (usize(hash16(at) >> shift) << 2));
    if (entry == 0) continue;
    const offset = entry - 1;
    const other = basisAt + offset;
    if (load<u64>(other) != load<u64>(at) || load<u64>(other, 8) != load<u64>(at, 8)) continue;
    const before = u32(equalBackward(other, at, min(offset, i)));
    const after = u32(equalForward(other, at, min(haveBasis - offset, haveResult - i)));
    const run: u32 = before + after;
    const skipped: u32 = offset + i - 2 * before;
    const counted = min(run, beyond);
    const weight = weigh(at - before, counted);
    const score = scoreOf(weight, counted, skipped >> 3);
    const isEnough = run >= min(u32(256) + 4 * skipped, beyond) && weight >= HEAVY;
    if (bestRun != 0 && offset - before >= bestBasis + bestRun) {
      // This run can still be taken after the best one. So it does not compete, it confirms the best.
      if (isEnough) return true;
      if (isGood(weight, run)) {
        isConfirmed = true;
        bestScore += weight;
      }
    } else if (score > bestScore) {
      isConfirmed = false;
      bestScore = score;
      bestRun = run;
      bestWeight = weight;
      bestBasis = offset - before;
      bestResult = i - before;
      if (isEnough) return true;
      if (isGood(weight, run)) end = min(end, i + after + 64 + 2 * skipped);
    }
    i += after - 1;
  }
  return false;
}
