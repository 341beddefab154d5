// From what the search for records has found to commands: COPYs in the order of the result, and gaps
// between. Where records leave much of the result in long gaps, as where keys were renamed or commands
// follow the RDB, the basis is indexed for those.
import { outputIsFull, writeCopy, writeEnd } from "../delta/delta-writer";
import { DONE, DiffJob, GAP, PLACE, WEIGH } from "./diff-job";
import { findBasis, findLength, findResult, findsTotal, nextFind, openMerge } from "./finds";
import { beginGap, fillGap } from "./gap";
import { beginIndex, isIndexWorth } from "./index-basis";

/** Part of the result that records must leave for the index to be worth its time … */
const LEFT_LEAST: u64 = 32;
/** … in gaps of this length or more: shorter ones are what is new in records. */
const LEFT_GAP_LEAST: u64 = 4 * 1024;
/** Ranges looked at, or placed, in one step. */
const STEP_FINDS = 50000;

/** Whether findResult and its like hold what is to be placed next. */
let hasFind: bool = false;
/** While weighing: up to where of the result, and bytes of the long gaps before. */
let weighedTo: u64 = 0;
let longGaps: u64 = 0;

/** Starts on what was found of the result from job.atResult on; returns the phase that is next. */
export function beginPlacing(job: DiffJob): i32 {
  job.isPlacing = true;
  openMerge();
  hasFind = nextFind();
  if (job.resultSize - job.atResult - findsTotal < job.resultSize / LEFT_LEAST) return PLACE;
  weighedTo = job.atResult;
  longGaps = 0;
  return WEIGH;
}

/** Goes through what was found, to see whether what is left is worth an index. */
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

/** Writes some of what was found; returns the phase that is next. */
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
    // Two keys that cannot be told apart may claim the same bytes: the first has them.
    const skipped = min(job.atResult - findResult, findLength);
    writeCopy(findBasis + skipped, findLength - skipped);
    job.atResult += findLength - skipped;
    hasFind = nextFind();
  }
  return PLACE;
}
