// The local differ: writes a delta that rebuilds `result` from `basis`. Both files can be read, so bytes
// are compared with bytes. The result is gone through once, and the delta is written on the way:
//   match   the bytes are equal: one COPY that grows
//   resync  they differ: find the next place nearby where they are equal again (resync.ts); what lies
//           between is a gap
//   search  nothing nearby, or the gaps have grown large: if both files are RDBs, look for the rest of
//           the result record by record (record-search.ts), once
//   place   write what was found as COPYs in the order of the result (place-finds.ts), with gaps between
//   index   no RDBs, or their records did not help: index the whole basis (index-basis.ts), once
//   gap     COPY what the index finds of a gap, write the rest as LITERAL (gap.ts)
import { resetArena } from "../memory/arena";
import { equalForward } from "../memory/bytes";
import { literalTotal, openWriter, outputIsFull, writeCopy, writeEnd } from "../delta/delta-writer";
import {
  DONE,
  DiffJob,
  GAP,
  INDEX,
  MATCH,
  PLACE,
  SEARCH,
  SEARCH_COST,
  STEP_BYTES,
  WEIGH,
} from "./diff-job";
import { findsTotal } from "./finds";
import { beginGap, countMiss, fillGap, misses, openGaps } from "./gap";
import { beginIndex, indexSome, isIndexWorth } from "./index-basis";
import { stride } from "./moved-index";
import { beginPlacing, placeSome, weighSome } from "./place-finds";
import { areRdbs, openRecordSearch, stepRecordSearch } from "./record-search";
import {
  FAR,
  earnCredit,
  foundBasis,
  foundResult,
  openResync,
  resyncNear,
  searchedBytes,
} from "./resync";
import { STEP_AGAIN, STEP_END } from "../memory/steps";

/** With an index, a shorter run nearby is not taken: the index may know a longer one. */
const NEAR_LEAST: u32 = 48;
/** With at least one anchor in so many bytes, the index is asked rather than a wide search nearby. */
const DENSE_STRIDE: u64 = 512;
/** Moved content is looked for when gaps take one in this many bytes of the result. */
const GAPS_MOST: u64 = 32;

let job: DiffJob = changetype<DiffJob>(0);
let phase: i32 = DONE;
let indexBudget: u32 = 0;
let recordBudget: u32 = 0;
/** Whether records have been looked for. */
let isSearched: bool = false;

/** Starts a job. The budgets bound the memory of the two indexes: of moved content, and of records. */
export function diffOpen(
  basisBytes: f64,
  resultBytes: f64,
  mostIndexBytes: u32,
  mostRecordBytes: u32,
): void {
  resetArena();
  job = DiffJob.create(u64(basisBytes), u64(resultBytes));
  indexBudget = mostIndexBytes;
  recordBudget = mostRecordBytes;
  openWriter();
  openResync();
  openGaps();
  isSearched = false;
  phase = MATCH;
}

/** Some milliseconds of work. Its output must be taken before the next step. */
export function diffStep(): i32 {
  if (phase == MATCH) phase = matchSome();
  else if (phase == SEARCH) phase = searchSome();
  else if (phase == WEIGH) phase = weighSome(job, indexBudget);
  else if (phase == PLACE) phase = placeSome(job);
  else if (phase == INDEX) phase = indexSome(job);
  else if (phase == GAP) phase = fillGap(job);
  return phase == DONE ? STEP_END : STEP_AGAIN;
}

function matchSome(): i32 {
  let done: u64 = 0;
  while (done < STEP_BYTES && !outputIsFull()) {
    const limit = min(job.basis.hold(job.atBasis, 1), job.result.hold(job.atResult, 1));
    const run = u64(
      equalForward(job.basis.at(job.atBasis), job.result.at(job.atResult), limit),
    );
    writeCopy(job.atBasis, run);
    earnCredit(run);
    job.atBasis += run;
    job.atResult += run;
    done += run + SEARCH_COST;
    if (limit != 0 && run == limit) continue;
    if (job.atResult == job.resultSize) {
      writeEnd();
      return DONE;
    }
    const next = resync();
    if (next != MATCH) return next;
    done += searchedBytes;
  }
  return MATCH;
}

/** Decides what to do about the mismatch at job.atBasis and job.atResult. Returns the next phase. */
function resync(): i32 {
  const atBasis = job.atBasis;
  const atResult = job.atResult;
  const rest = job.resultSize - atResult;
  const mayIndex = job.isIndexed || isIndexWorth(job, rest);
  const isDense = job.isIndexed && stride <= DENSE_STRIDE;
  const most: u32 = isDense ? (misses == 0 ? 8 * 1024 : 1024) : FAR;
  const least = job.isIndexed ? NEAR_LEAST : 0;
  if (resyncNear(job.basis, job.result, atBasis, atResult, most, least, !mayIndex)) {
    countMiss(false);
    job.atBasis = foundBasis;
    beginGap(job, foundResult, false);
    const gaps = literalTotal() + (foundResult - atResult);
    const areGapsLarge = gaps >= atResult / GAPS_MOST && isIndexWorth(job, gaps);
    return !job.isIndexed && areGapsLarge ? beginSearch() : fillGap(job);
  }
  if (mayIndex) {
    countMiss(true);
    beginGap(job, job.resultSize, true);
    return job.isIndexed ? GAP : beginSearch();
  }
  const isBasisOver = atBasis == job.basisSize;
  beginGap(job, atResult + (isBasisOver ? rest : min(rest, u64(FAR))), false);
  return fillGap(job);
}

function beginSearch(): i32 {
  if (isSearched || !areRdbs(job.basisSize, job.resultSize)) return beginIndex(job, indexBudget);
  isSearched = true;
  openRecordSearch(job.basisSize, job.resultSize, job.atResult, recordBudget);
  return SEARCH;
}

function searchSome(): i32 {
  if (!stepRecordSearch(job.basis, job.result)) return SEARCH;
  return findsTotal == 0 ? beginIndex(job, indexBudget) : beginPlacing(job);
}
