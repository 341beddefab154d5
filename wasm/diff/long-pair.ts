// Compares two versions of one long record or element like two files: side by side, with resync where
// they differ. This finds what keeps its order, like text, lists and streams. It does not find parts that
// moved within the value.
import { equalForward } from "../memory/bytes";
import { SEARCH_COST, STEP_BYTES } from "./diff-job";
import { addFind } from "./finds";
import {
  FAR,
  earnCredit,
  foundBasis,
  foundResult,
  resyncNear,
  searchedBytes,
} from "./resync";
import { Window } from "../memory/window";

/** The shortest run that resync may take. */
const RUN_LEAST: u32 = 24;

let atBasis: u64 = 0;
let atResult: u64 = 0;
let end: u64 = 0;

/** Starts on the bytes of the result from `position` to `to`, and of the basis from `foundAt` on. */
export function openLongPair(position: u64, to: u64, foundAt: u64): void {
  atBasis = foundAt;
  atResult = position;
  end = to;
}

/** Some milliseconds of work. Returns whether all has been compared. */
export function stepLongPair(basis: Window, result: Window): bool {
  let done: u64 = 0;
  while (done < STEP_BYTES) {
    const rest = end - atResult;
    const most = min(u64(basis.hold(atBasis, 1)), u64(result.hold(atResult, 1)));
    const limit = u32(min(most, rest));
    const run = u64(equalForward(basis.at(atBasis), result.at(atResult), limit));
    addFind(atResult, atBasis, run);
    earnCredit(run);
    atBasis += run;
    atResult += run;
    done += run + SEARCH_COST;
    if (atResult == end || limit == 0) return true;
    if (run == u64(limit)) continue;
    if (resyncNear(basis, result, atBasis, atResult, FAR, RUN_LEAST, true)) {
      if (foundResult >= end) return true;
      atBasis = foundBasis;
      atResult = foundResult;
    } else {
      if (end - atResult <= u64(FAR) || basis.size - atBasis <= u64(FAR)) return true;
      atBasis += FAR;
      atResult += FAR;
    }
    done += searchedBytes;
  }
  return false;
}
