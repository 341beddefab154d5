// A case of the benchmark: what it is called on the command line, and what measures it.
import type { BenchContext } from '../bench-context.js';
import type { CaseResult } from '../report/results.js';

export interface BenchCase {
  readonly name: string;
  /** Throws WrongResultError where a program gave back something else than it was given. */
  run(context: BenchContext): Promise<readonly CaseResult[]>;
}

/**
 * The state after the first backup of the scattered pair's older dump, as PeerState names it: several
 * cases start from it, and it is made once a run.
 */
export const FIRST_NIGHT = 'first-night';
