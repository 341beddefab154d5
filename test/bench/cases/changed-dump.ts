// The nightly backup of a dump of which 1 % has changed. One dump is by the same server process, which keeps
// the order of its keys. The other is by a restarted server, where all keys have moved.
import { type BenchContext, statesOf } from '../bench-context.js';
import { DUMP } from '../data/bench-server.js';
import { type DumpPair, restartedDumps, scatteredDumps } from '../data/dump-datasets.js';
import { treeBytes } from '../file-tree.js';
import { keepFirstBackups, measureBackups } from '../measure/measure-backups.js';
import { UNEXAMINED } from '../peers/peer.js';
import { unexamined } from '../peers/redis-rewind.js';
import { describeFiles } from '../report/format-quantities.js';
import type { CaseResult } from '../report/results.js';
import type { Target } from '../report/target.js';
import { Targets } from '../report/targets.js';
import { type BenchCase, FIRST_NIGHT } from './bench-case.js';

export const scattered: BenchCase = {
  name: 'scattered',
  run: async (context) => {
    const pair = await scatteredDumps(context.place);
    const peers = [...context.peers, unexamined];
    const title = '1 % changed, scattered';
    return [
      await measurePair(
        { ...context, peers },
        {
          name: 'scattered',
          title,
          pair,
          targetsOf: (targets, sourceBytes) => [
            targets.wallAtMost(2),
            targets.wallAtMost(1.5, UNEXAMINED),
            targets.cpuBeyondAtMost(1.2, UNEXAMINED, sourceBytes),
            targets.fasterThan('rdiff-backup', 20),
            targets.fasterThan('borg'),
            targets.addsAtMostOnePart(60, 'rdiff-backup'),
            targets.peakRssAtMost(256),
          ],
        },
      ),
    ];
  },
};

export const restarted: BenchCase = {
  name: 'restarted',
  run: async (context) => {
    const pair = await restartedDumps(context.place);
    const title = '1 % changed, and the server restarted';
    return [
      await measurePair(context, {
        name: 'restarted',
        title,
        pair,
        targetsOf: (targets) => [
          targets.addsAtMostOnePart(8, 'rdiff-backup'),
          targets.fasterThan('rdiff-backup', 5),
          targets.peakRssAtMost(768),
        ],
      }),
    ];
  },
};

interface PairCase {
  readonly name: string;
  readonly title: string;
  readonly pair: DumpPair;
  readonly targetsOf: (targets: Targets, sourceBytes: number) => readonly Target[];
}

async function measurePair(
  context: BenchContext,
  { name, title, pair, targetsOf }: PairCase,
): Promise<CaseResult> {
  const { before, after } = pair;
  const { workspace } = context;
  const states = statesOf(context, context.peers);
  const source = { directory: workspace.source, file: DUMP };
  await workspace.lendSource(before.directory);
  await keepFirstBackups(context, states, { ...source, ordinal: 0 }, FIRST_NIGHT);
  const sourceBytesBefore = await treeBytes(workspace.source);
  await workspace.lendSource(after.directory);
  const runs = await measureBackups({
    context,
    states,
    source: { ...source, ordinal: 1 },
    startsFrom: FIRST_NIGHT,
    sourceBytesBefore,
    expected: [after.digests, before.digests],
  });
  const subject = await describeFiles(workspace.source);
  const sourceBytes = await treeBytes(workspace.source);
  await workspace.returnSource();
  return { name, title, subject, runs, targets: targetsOf(new Targets(runs), sourceBytes) };
}
