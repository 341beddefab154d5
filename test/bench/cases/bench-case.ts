// A case of the benchmark: its name on the command line, and the function that measures it.
import type { BenchContext } from '../bench-context.js';
import type { CaseResult } from '../report/results.js';

export interface BenchCase {
  readonly name: string;
  /** Throws WrongResultError where a program restored something else than it was given. */
  run(context: BenchContext): Promise<readonly CaseResult[]>;
}

/**
 * The name (in PeerState) of the state after the first backup of the older dump of the scattered pair. Several
 * cases start from this state. It is made once in a run.
 */
export const FIRST_NIGHT = 'first-night';
