// Which snapshots the rules keep, and why. Pure.
import type { TimedSnapshot } from '../snapshot/time-spec.js';
import { bucketName } from './calendar-bucket.js';
import { type KeepRules, PERIODS, type Period, type RuleReason } from './keep-rules.js';

/**
 * @param considered the snapshots that the rules are about, oldest first
 * @param newestSeconds time of the newest snapshot of the repository, from which `within` counts back
 * @returns by the id of the snapshot; one that no rule keeps is missing
 */
export function applyRules(
  considered: readonly TimedSnapshot[],
  rules: KeepRules,
  newestSeconds: number,
): Map<number, RuleReason[]> {
  const reasons = new Map<number, RuleReason[]>();
  const keep = ({ id }: TimedSnapshot, reason: RuleReason): void => {
    const known = reasons.get(id);
    if (known === undefined) reasons.set(id, [reason]);
    else known.push(reason);
  };
  const newestFirst = considered.toReversed();
  const { last, buckets, withinSeconds } = rules;
  if (last !== null) {
    for (const [index, snapshot] of newestFirst.slice(0, last).entries()) {
      keep(snapshot, { kind: 'last', place: index + 1, count: last });
    }
  }
  for (const period of PERIODS) {
    const count = buckets[period];
    if (count === undefined) continue;
    for (const [index, { name, newest }] of newestOfBuckets(newestFirst, period, count).entries()) {
      keep(newest, { kind: 'bucket', period, name, place: index + 1, count });
    }
  }
  if (withinSeconds === null) return reasons;
  for (const snapshot of newestFirst) {
    if (snapshot.timeSeconds < newestSeconds - withinSeconds) break;
    keep(snapshot, { kind: 'within', seconds: withinSeconds });
  }
  return reasons;
}

/** Times only rise, but a bucket may come twice: clocks are put back, and TZ may change. The first one met is the newest. */
function newestOfBuckets(
  newestFirst: readonly TimedSnapshot[],
  period: Period,
  count: number,
): { readonly name: string; readonly newest: TimedSnapshot }[] {
  const found = new Map<string, TimedSnapshot>();
  for (const snapshot of newestFirst) {
    if (found.size >= count) break;
    const name = bucketName(period, snapshot.timeSeconds);
    if (!found.has(name)) found.set(name, snapshot);
  }
  return [...found].map(([name, newest]) => ({ name, newest }));
}
