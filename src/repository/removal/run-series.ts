// What composing one run of a removal needs of the others (linked-runs.ts).
import type { ComposedRun } from '../../delta/compose-tables.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { ContentPlan } from '../contents/plan-content.js';
import type { ComposedChain } from './composed-chain.js';

/**
 * How much of a result is built at a time. A removal proves one content while another thread composes the next run, so each may take
 * less memory than a restore alone (measured: 366 nights of 50 MB stay below 256 MiB).
 */
export const REMOVAL_WINDOW_BYTES = 24 << 20;

export interface RunSeries {
  /** The deltas of one run as one, which the caller closes. @throws as composeTables */
  compose(chain: ComposedChain, checkpoint: Checkpoint): Promise<ComposedRun>;
  /** @throws CorruptError, DeltaFormatError where the plan does not make its content; SystemError where a file is gone */
  prove(plan: ContentPlan, checkpoint: Checkpoint): Promise<void>;
}
