// Indexes the whole basis, once, to find content that moved and that is not a record of an RDB
// (moved-index.ts).
import { DiffJob, INDEX, GAP, PLACE, STEP_BYTES } from "./diff-job";
import { openGapPages } from "./gap";
import { ANCHOR_BYTES, adaptDensity, addAnchors, openIndex } from "./moved-index";

const PIECE: u32 = 64 * 1024;

let indexedTo: u64 = 0;

/** Whether indexing the basis costs little, compared with the `bytes` of the result it may save. */
export function isIndexWorth(job: DiffJob, bytes: u64): bool {
  return job.basisSize >= ANCHOR_BYTES && bytes >= ANCHOR_BYTES && bytes >= job.basisSize / 256;
}

export function beginIndex(job: DiffJob, budget: u32): i32 {
  openIndex(job.basisSize, budget);
  indexedTo = 0;
  return INDEX;
}

/** Some milliseconds of work. Returns the next phase. */
export function indexSome(job: DiffJob): i32 {
  const begin = indexedTo;
  const end = min(job.basisSize, indexedTo + STEP_BYTES);
  while (indexedTo < end) {
    const have = job.basis.hold(indexedTo, PIECE + ANCHOR_BYTES - 1);
    if (have < ANCHOR_BYTES) {
      indexedTo = job.basisSize;
      break;
    }
    const count = have - ANCHOR_BYTES + 1;
    addAnchors(job.basis.at(indexedTo), count, indexedTo);
    indexedTo += count;
  }
  adaptDensity(indexedTo - begin, job.basisSize - indexedTo);
  if (indexedTo != job.basisSize) return INDEX;
  openGapPages(job);
  job.isIndexed = true;
  return job.isPlacing ? PLACE : GAP;
}
