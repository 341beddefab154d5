// What it costs to examine a dump, in this process: the walk with its checksum alone, with the look into values that a
// backup takes, and with that of `verify --deep`.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { WalkDepth } from '../../../src/persistence/rdb/walk-job.js';
import { walkRdb } from '../../../src/persistence/rdb/walk-rdb.js';
import { MemoryReader } from '../../support/files/memory-reader.js';
import { DUMP } from '../data/bench-server.js';
import { scatteredDumps } from '../data/dump-datasets.js';
import { describeFiles } from '../report/format-quantities.js';
import { median } from '../report/statistics.js';
import type { Target } from '../report/target.js';
import type { BenchCase } from './bench-case.js';

const ROUNDS = 5;
/** Seconds of processor time for each gigabyte that looking into values may add to a backup. */
const NIGHTLY_MOST = 0.3;
const BYTES_PER_GB = 1e9;

export const examination: BenchCase = {
  name: 'examination',
  run: async (context) => {
    const { before } = await scatteredDumps(context.place);
    const dump = await readFile(path.join(before.directory, DUMP));
    const [walk, nightly, deep] = await measureDepths(dump, ['none', 'nightly', 'deep']);
    const added = (nightly ?? 0) - (walk ?? 0);
    return [
      {
        name: 'examination',
        title: 'Examining a dump',
        subject: await describeFiles(before.directory),
        runs: [],
        targets: [
          shown('CPU of the walk and its checksum', walk),
          { ...shown('CPU beyond it in a backup', added), isReached: added <= NIGHTLY_MOST },
          shown('CPU beyond it with verify --deep', (deep ?? 0) - (walk ?? 0)),
        ],
      },
    ];
  },
};

/** Seconds of processor time for each gigabyte: the median of some rounds, in which the depths take turns. */
async function measureDepths(dump: Buffer, depths: readonly WalkDepth[]): Promise<number[]> {
  const measured = depths.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, depth] of depths.entries()) {
      const before = process.cpuUsage();
      await walkRdb(new MemoryReader(dump), { depth });
      const { user, system } = process.cpuUsage(before);
      measured[index]?.push((user + system) / 1e6 / (dump.length / BYTES_PER_GB));
    }
  }
  return measured.map((seconds) => median(seconds));
}

function shown(what: string, seconds: number | undefined): Target {
  return { what, measured: `${(seconds ?? 0).toFixed(2)} s/GB`, isReached: null };
}
