// The order in which runs are composed: those of one root one after the other, the nearest to it first. Once a run is composed,
// the way to the next one is shorter, and its proof goes on from the one before (chain-proof.ts). Pure.
import type { ChainLink, ComposedChain } from './composed-chain.js';

/** Where the way to a content begins, and how many increments lead from there. */
interface Place {
  readonly root: number;
  readonly depth: number;
}

export function orderChains<Link extends ChainLink>(
  chains: readonly ComposedChain<Link>[],
  byResult: ReadonlyMap<number, ChainLink>,
): ComposedChain<Link>[] {
  const known = new Map<number, Place>();
  return chains
    .map((chain) => ({ chain, place: placeOf(chain.run.at(-1)?.resultId ?? 0, byResult, known) }))
    .toSorted(({ place: a }, { place: b }) => a.root - b.root || a.depth - b.depth)
    .map(({ chain }) => chain);
}

/** @param known grows: no increment is looked at twice */
function placeOf(
  contentId: number,
  byResult: ReadonlyMap<number, ChainLink>,
  known: Map<number, Place>,
): Place {
  const way: number[] = [];
  // A damaged catalog may lead in a circle.
  const seen = new Set<number>();
  let at = contentId;
  for (;;) {
    const basisId = byResult.get(at)?.basisId ?? null;
    if (known.has(at) || basisId === null || seen.has(at)) break;
    seen.add(at);
    way.push(at);
    at = basisId;
  }
  let place = known.get(at) ?? { root: at, depth: 0 };
  known.set(at, place);
  for (const id of way.toReversed()) {
    place = { root: place.root, depth: place.depth + 1 };
    known.set(id, place);
  }
  return place;
}
