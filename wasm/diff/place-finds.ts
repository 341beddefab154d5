// Writes what the search for records found: COPYs in the order of the result, with gaps between them. If
// the records leave much of the result in long gaps, the basis is indexed for those gaps. This is so when
// keys were renamed, or when commands follow the RDB.
import { outputIsFull, writeCopy, writeEnd } from "../delta/delta-writer";
import { DONE, DiffJob, GAP, PLACE, WEIGH } from "./diff-job";
import { findBasis, findLength, findResult, findsTotal, nextFind, openMerge } from "./finds";
import { beginGap, fillGap } from "./gap";
import { beginIndex, isIndexWorth } from "./index-basis";

/** The index is worth its time if one in this many bytes of the result … */
const LEFT_LEAST: u64 = 32;
/** … lies in gaps of this length or more. Shorter gaps are what is new in records. */
const LEFT_GAP_LEAST: u64 = 4 * 1024;
/** Ranges looked at or placed in one step. */
const STEP_FINDS = 50000;

/** Whether findResult, findBasis and findLength hold the next range to place. */
let hasFind: bool = false;
/** While weighing: how far in the result, and how many bytes of long gaps there were. */
let weighedTo: u64 = 0;
let longGaps: u64 = 0;

/** Starts on the ranges found from job.atResult on. Returns the next phase. */
export function beginPlacing(job: DiffJob): i32 {
  job.isPlacing = true;
  openMerge();
  hasFind = nextFind();
  if (job.resultSize - job.atResult - findsTotal < job.resultSize / LEFT_LEAST) return PLACE;
  weighedTo = job.atResult;
  longGaps = 0;
  return WEIGH;
}

/** Goes through the ranges to see whether the gaps are worth an index. Returns the next phase. */
export function weighSome(job: DiffJob, budget: u32): i32 {
  for (let count = 0; count < STEP_FINDS && hasFind; count++) {
    weighGap(findResult);
    weighedTo = max(weighedTo, findResult + findLength);
    hasFind = nextFind();
  }
  if (hasFind) return WEIGH;
  weighGap(job.resultSize);
  openMerge();
  hasFind = nextFind();
  const isWorth = longGaps >= job.resultSize / LEFT_LEAST && isIndexWorth(job, longGaps);
  return isWorth ? beginIndex(job, budget) : PLACE;
}

function weighGap(gapTo: u64): void {
  if (gapTo >= weighedTo + LEFT_GAP_LEAST) longGaps += gapTo - weighedTo;
}

/** Writes some of the ranges. Returns the next phase. */
export function placeSome(job: DiffJob): i32 {
  for (let count = 0; count < STEP_FINDS && !outputIsFull(); count++) {
    const next = hasFind ? findResult : job.resultSize;
    if (next > job.atResult) {
      beginGap(job, next, false);
      if (fillGap(job) == GAP) return GAP;
    }
    if (!hasFind) {
      writeEnd();
      return DONE;
    }
    // If the hashes of two keys are the same, both may claim the same bytes: the first gets them.
    const skipped = min(job.atResult - findResult, findLength);
    writeCopy(findBasis + skipped, findLength - skipped);
    job.atResult += findLength - skipped;
    hasFind = nextFind();
  }
  return PLACE;
}
