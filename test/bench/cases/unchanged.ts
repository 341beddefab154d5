// A night on which nothing has changed. The files that the program opens prove that no data was read; the
// time is measured apart from that.
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { type BenchContext, statesOf } from '../bench-context.js';
import { DUMP } from '../data/bench-server.js';
import { scatteredDumps } from '../data/dump-datasets.js';
import { treeBytes } from '../file-tree.js';
import { describeFiles } from '../report/format-quantities.js';
import { keepFirstBackups, measureBackups } from '../measure/measure-backups.js';
import { PeerState } from '../measure/peer-state.js';
import type { BackupSource } from '../peers/peer.js';
import { redisRewind } from '../peers/redis-rewind.js';
import { runQuietly } from '../commands/run-quietly.js';
import type { Target } from '../report/target.js';
import { Targets } from '../report/targets.js';
import { type BenchCase, FIRST_NIGHT } from './bench-case.js';

export const unchanged: BenchCase = {
  name: 'unchanged',
  run: async (context) => {
    const { workspace, peers, place } = context;
    const { before } = await scatteredDumps(place);
    await workspace.lendSource(before.directory);
    const states = statesOf(
      context,
      peers.filter(({ kind }) => kind !== 'delta'),
    );
    const source = { directory: workspace.source, file: DUMP };
    await keepFirstBackups(context, states, { ...source, ordinal: 0 }, FIRST_NIGHT);
    const again: BackupSource = { ...source, ordinal: 1 };
    const runs = await measureBackups({
      context,
      states,
      source: again,
      startsFrom: FIRST_NIGHT,
      sourceBytesBefore: await treeBytes(workspace.source),
      expected: [before.digests, before.digests],
    });
    const targets = new Targets(runs);
    const result = {
      name: 'unchanged',
      title: 'Nothing changed',
      subject: await describeFiles(workspace.source),
      runs,
      targets: [
        targets.wallAtMostMs(300, 1.5, 'rdiff-backup'),
        await readsNoData(context, again),
        targets.peakRssAtMost(256),
      ],
    };
    await workspace.returnSource();
    return [result];
  },
};

/** Runs our backup once more under strace, and checks whether it opened a dump in SOURCE or in the mirror. */
async function readsNoData({ workspace }: BenchContext, source: BackupSource): Promise<Target> {
  const what = 'no file data read';
  const state = new PeerState(workspace, redisRewind);
  await state.setBackTo(FIRST_NIGHT);
  const log = workspace.inRun('strace', 'log');
  await mkdir(path.dirname(log), { recursive: true });
  const { command, args } = state.backupStep(source);
  try {
    const traced = ['-f', '-qq', '-e', 'trace=open,openat,openat2', '-o', log, command, ...args];
    await runQuietly({ command: 'strace', args: traced });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { what, measured: 'not measured: no strace', isReached: null };
  } finally {
    await state.remove();
  }
  const opened = (await readFile(log, 'latin1'))
    .split('\n')
    .filter((line) => line.includes(`/${DUMP}"`));
  await rm(path.dirname(log), { recursive: true });
  const measured = opened.length === 0 ? 'no dump was opened' : `opened ${opened.length} times`;
  return { what, measured, isReached: opened.length === 0 };
}
