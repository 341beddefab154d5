// What the parts of the differ share: the files, how far the delta is written, and what is done next.
import { take } from "../memory/arena";
import { BASIS, RESULT } from "../memory/host";
import { NEAR_REACH } from "./resync";
import { Window } from "../memory/window";

// The phases, of which each step does some of one: see differ.ts.
export const MATCH = 0;
export const SEARCH = 1;
export const WEIGH = 2;
export const PLACE = 3;
export const INDEX = 4;
export const GAP = 5;
export const DONE = 6;

/** Bytes compared or indexed in one step, so that a step takes milliseconds. */
export const STEP_BYTES: u64 = 8 * 1024 * 1024;
/** What a search counts as in a step's work, besides its bytes. */
export const SEARCH_COST: u64 = 4096;

@unmanaged
export class DiffJob {
  basisSize: u64;
  resultSize: u64;
  basis: Window;
  result: Window;
  /** Where the files run side by side, while they do. */
  atBasis: u64;
  /** All of the result before it is written; while matching it is compared. */
  atResult: u64;
  /** Whether the whole basis is indexed, and whether what records gave is being placed. */
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
