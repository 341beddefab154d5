// Which snapshots go and which stay, each with its reasons. Pure. The plan is shown by `--dry-run`, and the same value is
// carried out.
import type { TimedSnapshot } from '../snapshot/time-spec.js';
import { applyRules } from './apply-rules.js';
import type { KeepRules, RuleReason } from './keep-rules.js';

/** What a person asks to be removed. */
export type Selection =
  | {
      readonly kind: 'rules';
      readonly rules: KeepRules;
      /** Only snapshots before this moment are considered, in seconds since 1970; null for all of them. */
      readonly beforeSeconds: number | null;
    }
  | { readonly kind: 'named'; readonly ids: ReadonlySet<number> };

/** What keeps a snapshot whatever is asked. */
export interface Protection {
  readonly pinned: ReadonlySet<number>;
  /** The newest snapshot with an alarm that nobody has confirmed: it stays, and so does what came before it. Null where there is none. */
  readonly alarmId: number | null;
}

export type StayReason =
  | RuleReason
  | { readonly kind: 'newest' }
  | { readonly kind: 'pinned' }
  /** It has the alarm itself: without it nobody would know. */
  | { readonly kind: 'alarm' | 'before-alarm'; readonly snapshotId: number }
  | { readonly kind: 'not-older' }
  | { readonly kind: 'not-named' };

export type GoReason =
  | { readonly kind: 'named' }
  /** It is older than the moment that was named, and no rule keeps it. */
  | { readonly kind: 'older' }
  | { readonly kind: 'no-rule' };

export type Decision =
  | {
      readonly snapshot: TimedSnapshot;
      readonly goes: false;
      readonly reasons: readonly StayReason[];
    }
  | {
      readonly snapshot: TimedSnapshot;
      readonly goes: true;
      readonly reasons: readonly [GoReason];
    };

/**
 * @param snapshots all of the repository, oldest first
 * @param force whether pinned snapshots may go, if they are named
 * @returns in the same order
 */
export function planRemovals(
  snapshots: readonly TimedSnapshot[],
  selection: Selection,
  { pinned, alarmId }: Protection,
  force: boolean,
): Decision[] {
  const newest = snapshots.at(-1);
  const choose =
    selection.kind === 'named' ? chooseNamed(selection.ids) : chooseByRules(snapshots, selection);
  return snapshots.map((snapshot): Decision => {
    const { id } = snapshot;
    const stays: StayReason[] = [];
    if (id === newest?.id) stays.push({ kind: 'newest' });
    const isNamed = selection.kind === 'named' && selection.ids.has(id);
    if (pinned.has(id) && !(force && isNamed)) stays.push({ kind: 'pinned' });
    const chosen = choose(snapshot);
    if (chosen.goes && alarmId !== null && id <= alarmId) {
      stays.push({ kind: id === alarmId ? 'alarm' : 'before-alarm', snapshotId: alarmId });
    }
    if (!chosen.goes) return { snapshot, goes: false, reasons: [...stays, ...chosen.reasons] };
    if (stays.length > 0) return { snapshot, goes: false, reasons: stays };
    return { snapshot, goes: true, reasons: [chosen.reason] };
  });
}

type Choice =
  | { readonly goes: true; readonly reason: GoReason }
  | { readonly goes: false; readonly reasons: readonly StayReason[] };

function chooseNamed(ids: ReadonlySet<number>): (snapshot: TimedSnapshot) => Choice {
  return ({ id }) =>
    ids.has(id)
      ? { goes: true, reason: { kind: 'named' } }
      : { goes: false, reasons: [{ kind: 'not-named' }] };
}

function chooseByRules(
  snapshots: readonly TimedSnapshot[],
  { rules, beforeSeconds }: Extract<Selection, { kind: 'rules' }>,
): (snapshot: TimedSnapshot) => Choice {
  const isConsidered = ({ timeSeconds }: TimedSnapshot): boolean =>
    beforeSeconds === null || timeSeconds < beforeSeconds;
  const newestSeconds = snapshots.at(-1)?.timeSeconds ?? 0;
  const kept = applyRules(snapshots.filter(isConsidered), rules, newestSeconds);
  return (snapshot) => {
    if (!isConsidered(snapshot)) return { goes: false, reasons: [{ kind: 'not-older' }] };
    const reasons = kept.get(snapshot.id);
    if (reasons !== undefined) return { goes: false, reasons };
    return { goes: true, reason: { kind: beforeSeconds === null ? 'no-rule' : 'older' } };
  };
}
