// What a removal must keep, said a second time and as plainly as it can be said: snapshot by snapshot, without the program.
import type { KeepRules, Period } from '../../src/engine/keep/keep-rules.js';
import { PERIODS } from '../../src/engine/keep/keep-rules.js';

export interface NaiveSnapshot {
  readonly id: number;
  readonly seconds: number;
  readonly isPinned: boolean;
  /** Whether it has an alarm that nobody has confirmed. */
  readonly isAlarming: boolean;
}

export type NaiveRemoval =
  | {
      readonly kind: 'rules';
      readonly rules: KeepRules;
      readonly beforeSeconds: number | null;
      readonly force: boolean;
    }
  | { readonly kind: 'named'; readonly ids: readonly number[]; readonly force: boolean };

/** Ids of those that stay; null where the removal must be refused. @param snapshots oldest first */
export function naivelyLeft(
  snapshots: readonly NaiveSnapshot[],
  removal: NaiveRemoval,
): number[] | null {
  const stays = (snapshot: NaiveSnapshot): boolean => {
    const { id, isPinned } = snapshot;
    if (id === snapshots.at(-1)?.id) return true;
    if (snapshots.some((later) => later.id >= id && later.isAlarming)) return true;
    if (removal.kind === 'named') return !removal.ids.includes(id) || (isPinned && !removal.force);
    return isPinned || isLeftByRules(snapshots, snapshot, removal);
  };
  const left = snapshots.filter(stays).map(({ id }) => id);
  if (removal.force) return left;
  const isPinnedNamed =
    removal.kind === 'named' &&
    snapshots.some(({ id, isPinned }) => isPinned && removal.ids.includes(id));
  return isPinnedNamed || (left.length === 1 && snapshots.length > 2) ? null : left;
}

function isLeftByRules(
  snapshots: readonly NaiveSnapshot[],
  { id, seconds }: NaiveSnapshot,
  { rules, beforeSeconds }: Extract<NaiveRemoval, { kind: 'rules' }>,
): boolean {
  if (beforeSeconds !== null && seconds >= beforeSeconds) return true;
  const later = snapshots.filter(
    (other) => other.id > id && (beforeSeconds === null || other.seconds < beforeSeconds),
  );
  if (rules.last !== null && later.length < rules.last) return true;
  const newest = snapshots.at(-1)?.seconds ?? 0;
  if (rules.withinSeconds !== null && newest - seconds <= rules.withinSeconds) return true;
  return PERIODS.some((period) => {
    const count = rules.buckets[period];
    const buckets = new Set(later.map((other) => naiveBucket(period, other.seconds)));
    return (
      count !== undefined && !buckets.has(naiveBucket(period, seconds)) && buckets.size < count
    );
  });
}

/** By the calendar of JavaScript. A week is named by its Monday. */
function naiveBucket(period: Period, seconds: number): string {
  const date = new Date(seconds * 1000);
  if (period === 'yearly') return String(date.getFullYear());
  if (period === 'monthly') return `${date.getFullYear()} ${date.getMonth()}`;
  if (period === 'daily') return date.toDateString();
  if (period === 'hourly') {
    return `${date.toDateString()} ${date.getHours()} ${date.getTimezoneOffset()}`;
  }
  const noon = new Date(date.getFullYear(), date.getMonth(), date.getDate(), 12);
  while (noon.getDay() !== 1) noon.setDate(noon.getDate() - 1);
  return noon.toDateString();
}

/** The dump of a snapshot, as far as a loss of data shows in it. */
export interface NaiveDump {
  readonly bytes: number;
  /** Null where no server would load it. */
  readonly keys: number | null;
}

/** Whether a loss from one snapshot to the next raises an alarm; null stands for no dump. */
export function naivelyAlarming(before: NaiveDump | null, now: NaiveDump | null): boolean {
  const holds = (dump: NaiveDump | null): boolean =>
    dump !== null && dump.bytes > 0 && dump.keys !== 0;
  if (before === null) return false;
  if (holds(before) && !holds(now)) return true;
  if (now === null) return false;
  if (before.keys !== null && now.keys === null) return true;
  const isHalved = (was: number, is: number): boolean => is < was / 2;
  return (
    isHalved(before.bytes, now.bytes) ||
    (before.keys !== null && now.keys !== null && isHalved(before.keys, now.keys))
  );
}
