// What the parts of the differ share: the two files, how far the delta is written, and what comes next.
import { take } from "../memory/arena";
import { BASIS, RESULT } from "../memory/host";
import { NEAR_REACH } from "./resync";
import { Window } from "../memory/window";

// The phases. Each step does some of one phase; differ.ts describes them.
export const MATCH = 0;
export const SEARCH = 1;
export const WEIGH = 2;
export const PLACE = 3;
export const INDEX = 4;
export const GAP = 5;
export const DONE = 6;

/** Bytes compared or indexed in one step, so that a step takes milliseconds. */
export const STEP_BYTES: u64 = 8 * 1024 * 1024;
/** What a search adds to the work of a step, besides the bytes it searches. */
export const SEARCH_COST: u64 = 4096;

@unmanaged
export class DiffJob {
  basisSize: u64;
  resultSize: u64;
  basis: Window;
  result: Window;
  /** Where in the basis matching goes on, side by side with the result. */
  atBasis: u64;
  /** The result is written up to here. While matching, it is compared from here on. */
  atResult: u64;
  /** Whether the whole basis is indexed, and whether the ranges that records gave are being placed. */
  isIndexed: bool;
  isPlacing: bool;

  static create(basisSize: u64, resultSize: u64): DiffJob {
    const job = changetype<DiffJob>(take(offsetof<DiffJob>()));
    job.basisSize = basisSize;
    job.resultSize = resultSize;
    job.basis = Window.create(BASIS, basisSize, NEAR_REACH);
    job.result = Window.create(RESULT, resultSize, NEAR_REACH);
    job.atBasis = 0;
    job.atResult = 0;
    job.isIndexed = false;
    job.isPlacing = false;
    return job;
  }
}
