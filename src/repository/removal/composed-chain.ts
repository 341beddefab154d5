// A run of increments that a removal composes. Pure.
import type { Increment } from '../../catalog/records.js';

export type ChainLink = Pick<Increment, 'id' | 'kind' | 'resultId' | 'basisId' | 'storedBytes'>;

/** A run of increments that becomes one. */
export interface ComposedChain<Link extends ChainLink = Increment> {
  /** In the order of patching: the last one makes the content that stays. The results of the others go. */
  readonly run: readonly [Link, Link, ...Link[]];
  /** What the new increment applies to; null where the run begins with a full copy, and the new one is full, too. */
  readonly basisId: number | null;
}
