// What removing snapshots does to a repository, as a value. It is found from the catalog alone.
import type { Catalog } from '../../catalog/catalog.js';
import type { Increment } from '../../catalog/records.js';
import { type ChainsPlan, planChains } from './plan-chains.js';

export interface RemovalPlan {
  /** The snapshots that go, oldest first. */
  readonly removed: readonly number[];
  /** What becomes of the increments. */
  readonly chains: ChainsPlan;
}

/**
 * The caller has begun a read transaction.
 * @param removed ids of snapshots; those that are not there are left out of the plan
 */
export function planRemoval(catalog: Catalog, removed: ReadonlySet<number>): RemovalPlan {
  if (removed.size === 0 && !catalog.versions.hasUnusedResults()) return NOTHING;
  const ids = catalog.snapshots.list().map(({ id }) => id);
  const kept = ids.filter((id) => !removed.has(id));
  const needed = catalog.versions.contentsOf(kept);
  return {
    removed: ids.filter((id) => removed.has(id)),
    chains: planChains(catalog.increments.list(), (contentId) => needed.has(contentId)),
  };
}

const NOTHING: RemovalPlan = { removed: [], chains: { dropped: [], composed: [] } };

/** The sum of the sizes of increments as they are stored. */
export function storedBytes(increments: Iterable<Pick<Increment, 'storedBytes'>>): number {
  let sum = 0;
  for (const increment of increments) sum += increment.storedBytes;
  return sum;
}
