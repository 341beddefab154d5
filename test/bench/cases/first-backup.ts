// The first backup of a dump: everything is new.
import { statesOf } from '../bench-context.js';
import { DUMP } from '../data/bench-server.js';
import { scatteredDumps } from '../data/dump-datasets.js';
import { measureBackups } from '../measure/measure-backups.js';
import { describeFiles } from '../report/format-quantities.js';
import { Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';

export const firstBackup: BenchCase = {
  name: 'first',
  run: async (context) => {
    const { workspace, peers, place } = context;
    const { before } = await scatteredDumps(place);
    await workspace.lendSource(before.directory);
    const runs = await measureBackups({
      context,
      states: statesOf(
        context,
        peers.filter(({ kind }) => kind !== 'delta'),
      ),
      source: { directory: workspace.source, file: DUMP, ordinal: 0 },
      startsFrom: null,
      sourceBytesBefore: 0,
      expected: [before.digests],
    });
    const subject = await describeFiles(workspace.source);
    await workspace.returnSource();
    const targets = new Targets(runs);
    return [
      {
        name: 'first',
        title: 'First backup',
        subject,
        runs,
        targets: [targets.wallAtMost(1.3), targets.peakRssAtMost(256)],
      },
    ];
  },
};
