// The removal of the oldest of thirty nights at the full size.
import { makeHistory } from '../data/history-dataset.js';
import { backUpHistory } from '../measure/history-states.js';
import { measureRemovals } from '../measure/measure-removals.js';
import { describeFiles } from '../report/format-quantities.js';
import { Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';
import { NIGHTS } from './restore-history.js';

const LIMIT_SECONDS = 2;

export const oldestRemoved: BenchCase = {
  name: 'oldest',
  run: async (context) => {
    const dataset = await makeHistory(context.place, NIGHTS, [], (night) =>
      context.say(`making night ${night} of ${NIGHTS}`),
    );
    const history = await backUpHistory(context, dataset, [NIGHTS], async () => {});
    const kept = Array.from({ length: NIGHTS }, (_, index) => index + 1);
    const runs = await measureRemovals(context, history, { kept, removed: [0] });
    const targets = new Targets(runs);
    return [
      {
        name: 'oldest',
        title: `The oldest of ${NIGHTS + 1} nights removed`,
        subject: `${NIGHTS + 1} snapshots of ${await describeFiles(history.original(NIGHTS))}`,
        isRemoval: true,
        runs,
        targets: [targets.wallAtMostSeconds(LIMIT_SECONDS), targets.peakRssAtMost(256)],
      },
    ];
  },
};
