// What becomes of the increments when contents are no longer needed. An increment that leads to nothing goes. A run of
// increments that leads through such contents to one that is needed is composed into one. Where two ways lead on from a
// content, it stays as their basis: to compose both ways would store what they share twice. Pure.
import type { Increment } from '../../catalog/records.js';
import { append } from '../../system/lists/lists.js';
import type { ChainLink, ComposedChain } from './composed-chain.js';
import { orderChains } from './order-chains.js';

export interface ChainsPlan<Link extends ChainLink = Increment> {
  /** Increments that nothing needed is rebuilt from. */
  readonly dropped: readonly Link[];
  /** In the order in which to compose them (order-chains.ts). */
  readonly composed: readonly ComposedChain<Link>[];
}

/**
 * @param increments all of the repository: at most one for each content
 * @param isNeeded whether a snapshot that stays has the content, or the mirror has it
 */
export function planChains<Link extends ChainLink>(
  increments: readonly Link[],
  isNeeded: (contentId: number) => boolean,
): ChainsPlan<Link> {
  const byResult = new Map(increments.map((increment) => [increment.resultId, increment]));
  const ways = countWays(increments, byResult, isNeeded);
  const stays = (contentId: number): boolean =>
    isNeeded(contentId) || (ways.get(contentId) ?? 0) > 1;
  const dropped: Link[] = [];
  const composed: ComposedChain<Link>[] = [];
  for (const increment of increments) {
    const { resultId } = increment;
    if (!isNeeded(resultId) && (ways.get(resultId) ?? 0) === 0) dropped.push(increment);
    if (!stays(resultId)) continue;
    const chain = chainThrough(increment, byResult, stays);
    if (chain !== null) composed.push(chain);
  }
  return { dropped, composed: orderChains(composed, byResult) };
}

/** How many ways lead from a content to needed contents: a needed one at the end of each. */
function countWays(
  increments: readonly ChainLink[],
  byResult: ReadonlyMap<number, ChainLink>,
  isNeeded: (contentId: number) => boolean,
): Map<number, number> {
  const ways = new Map<number, number>();
  for (const { resultId } of increments) {
    if (!isNeeded(resultId)) continue;
    // One step up at a time. Above a content that a way was seen at, that way was counted before.
    for (let basisId = byResult.get(resultId)?.basisId ?? null; basisId !== null;) {
      const before = ways.get(basisId) ?? 0;
      ways.set(basisId, before + 1);
      const isCounted = before > 0 || isNeeded(basisId);
      basisId = isCounted ? null : (byResult.get(basisId)?.basisId ?? null);
    }
  }
  return ways;
}

/** Null where the basis of the increment stays. */
function chainThrough<Link extends ChainLink>(
  last: Link,
  byResult: ReadonlyMap<number, Link>,
  stays: (contentId: number) => boolean,
): ComposedChain<Link> | null {
  const before: Link[] = [];
  const seen = new Set([last.resultId]);
  let basisId = last.basisId;
  while (basisId !== null && !stays(basisId)) {
    const link = byResult.get(basisId);
    // A damaged catalog may lack it, or lead in a circle. Then the increment stays as it is.
    if (link === undefined || seen.has(basisId)) return null;
    seen.add(basisId);
    before.push(link);
    basisId = link.basisId;
  }
  const [next, ...others] = before;
  if (next === undefined || basisId === last.resultId) return null;
  const run: Link[] = [last, next];
  append(run, others);
  return { run: run.toReversed() as [Link, Link, ...Link[]], basisId };
}
