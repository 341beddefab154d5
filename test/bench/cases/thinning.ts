// A year of nights is thinned to what the usual keep rules leave. Each program removes the same nights where it can. One that
// only cuts off the old end removes as many.
import { applyRules } from '../../../src/engine/keep/apply-rules.js';
import { NO_RULES } from '../../../src/engine/keep/keep-rules.js';
import { makeYear } from '../data/year-dataset.js';
import { type HistoryStates, backUpHistory } from '../measure/history-states.js';
import { measureRemovals } from '../measure/measure-removals.js';
import { measureRestores } from '../measure/measure-restores.js';
import { FLOOR, OURS, type RemovalWish } from '../peers/peer.js';
import { describeFiles } from '../report/format-quantities.js';
import type { RunResult } from '../report/results.js';
import { summarize } from '../report/results.js';
import { ratioTarget, Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';

const BUCKETS = { daily: 7, weekly: 5, monthly: 12 };
/** The nights of a year that ends with a month: so the rules reach as far back as they can. */
const NEWEST_SECONDS = Date.UTC(2026, 11, 31, 12) / 1000;
const DAY_SECONDS = 86_400;

export const thinning: BenchCase = {
  name: 'thinning',
  run: async (context) => {
    const { history: dataset, nights, restarts } = await makeYear(context);
    const wish = planThinning(nights + 1);
    const oldest = wish.kept[0] ?? 0;
    const history = await backUpHistory(context, dataset, [oldest, nights], async () => {});
    const subject = `${nights + 1} snapshots of ${await describeFiles(history.original(nights))}, ${restarts.length} restarts of the server`;

    const ofOurs = onlyOurs(history);
    const before = await measureRestores(context, ofOurs, oldest);
    const removals = await measureRemovals(context, history, wish);
    const after = await measureRestores(context, thinned(ofOurs, wish), 0);

    const targets = new Targets(removals);
    return [
      {
        name: 'thinning',
        title: `${nights + 1} nights thinned to ${wish.kept.length}`,
        subject: `${subject}; what ${BUCKETS.daily} daily, ${BUCKETS.weekly} weekly and ${BUCKETS.monthly} monthly leave`,
        isRemoval: true,
        runs: removals,
        targets: [
          targets.fasterThan('rdiff-backup'),
          targets.fasterThan('restic'),
          targets.fasterThan('borg'),
          targets.peakRssAtMost(256),
        ],
      },
      restoreResult('before', before, subject, nights - oldest),
      {
        ...restoreResult('after', after, subject, nights - oldest),
        targets: [
          ratioTarget('wall ≤ before the thinning', wallMs(after), wallMs(before), 1),
          ...restoreResult('after', after, subject, nights - oldest).targets,
        ],
      },
    ];
  },
};

/** The last backup is of NEWEST_SECONDS, and each other one a day before the next. */
export function planThinning(backups: number): RemovalWish {
  const ordinals = Array.from({ length: backups }, (_, ordinal) => ordinal);
  const timed = ordinals.map((id) => ({
    id,
    timeSeconds: NEWEST_SECONDS - (backups - 1 - id) * DAY_SECONDS,
  }));
  const stays = applyRules(timed, { ...NO_RULES, buckets: BUCKETS }, NEWEST_SECONDS);
  return {
    kept: ordinals.filter((id) => stays.has(id)),
    removed: ordinals.filter((id) => !stays.has(id)),
  };
}

function onlyOurs(history: HistoryStates): HistoryStates {
  const names: readonly string[] = [OURS, FLOOR];
  return { ...history, states: history.states.filter(({ peer }) => names.includes(peer.name)) };
}

/** The history after the removal, its nights counted anew. */
function thinned(history: HistoryStates, { kept }: RemovalWish): HistoryStates {
  return {
    ...history,
    nights: kept.length - 1,
    digests: kept.map((night) => history.digests[night] ?? ''),
    original: (night) => history.original(kept[night] ?? 0),
  };
}

function restoreResult(when: string, runs: readonly RunResult[], subject: string, back: number) {
  return {
    name: `thinning-restore-${when}`,
    title: `Restore of ${back} nights back, ${when} the thinning`,
    subject,
    runs,
    targets: [new Targets(runs).peakRssAtMost(256)],
  };
}

function wallMs(runs: readonly RunResult[]): number {
  return summarize(runs).find(({ peer }) => peer === OURS)?.wallMs.median ?? 0;
}
