// Restores the newest and the oldest of 31 snapshots, which are a night apart.
import { makeHistory } from '../data/history-dataset.js';
import { backUpHistory } from '../measure/history-states.js';
import { measureRestores } from '../measure/measure-restores.js';
import { describeFiles } from '../report/format-quantities.js';
import { Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';

export const NIGHTS = 30;

export const restoreHistory: BenchCase = {
  name: 'restore',
  run: async (context) => {
    const dataset = await makeHistory(context.place, NIGHTS, [], (night) =>
      context.say(`making night ${night} of ${NIGHTS}`),
    );
    const history = await backUpHistory(context, dataset, [0, NIGHTS], async () => {});
    const newest = await measureRestores(context, history, NIGHTS);
    const oldest = await measureRestores(context, history, 0);
    const subject = `${NIGHTS + 1} snapshots of ${await describeFiles(history.original(NIGHTS))}`;
    const ofNewest = new Targets(newest);
    const ofOldest = new Targets(oldest);
    return [
      {
        name: 'restore-newest',
        title: 'Restore of the newest snapshot',
        subject,
        runs: newest,
        targets: [ofNewest.wallAtMost(1.3), ofNewest.peakRssAtMost(256)],
      },
      {
        name: 'restore-30-back',
        title: `Restore of ${NIGHTS} snapshots back`,
        subject,
        runs: oldest,
        targets: [ofOldest.wallAtMost(2), ofOldest.peakRssAtMost(256)],
      },
    ];
  },
};
