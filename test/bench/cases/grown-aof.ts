// An AOF that has grown by 5 % since the last backup. It is still the same file.
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { type BenchContext, statesOf } from '../bench-context.js';
import { GROWING_AOF, type GrownAof, grownAof } from '../data/grown-aof-dataset.js';
import { copyTree, treeBytes } from '../file-tree.js';
import { describeFiles } from '../report/format-quantities.js';
import { keepFirstBackups, measureBackups } from '../measure/measure-backups.js';
import type { Target } from '../report/target.js';
import { bytesTarget, Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';

const BEFORE_GROWTH = 'aof-before-growth';
const MOST_INCREMENT_BYTES = 300;

export const grownAofCase: BenchCase = {
  name: 'aof',
  run: async (context) => {
    const { workspace, peers, place } = context;
    const aof = await grownAof(place);
    const states = statesOf(context, peers);
    const source = { directory: workspace.source, file: GROWING_AOF };
    await workspace.returnSource();
    await copyTree(aof.before.directory, workspace.source);
    await keepFirstBackups(context, states, { ...source, ordinal: 0 }, BEFORE_GROWTH);
    const sourceBytesBefore = await treeBytes(workspace.source);
    await grow(context, aof);
    let incrementBytes = 0;
    const runs = await measureBackups({
      context,
      states,
      source: { ...source, ordinal: 1 },
      startsFrom: BEFORE_GROWTH,
      sourceBytesBefore,
      expected: [aof.afterDigests, aof.before.digests],
      inspectOurs: async (repository) => {
        incrementBytes = await treeBytes(path.join(repository, 'redis-rewind-data/increments'));
      },
    });
    const grewBy = ((100 * aof.tailBytes) / aof.beforeBytes).toFixed(1);
    const result = {
      name: 'aof',
      title: `AOF grown ${grewBy} %`,
      subject: await describeFiles(workspace.source),
      runs,
      targets: targetsOf(new Targets(runs), incrementBytes),
    };
    await workspace.returnSource();
    return [result];
  },
};

async function grow({ workspace }: BenchContext, { tail }: GrownAof): Promise<void> {
  const growing = path.join(workspace.source, GROWING_AOF);
  await pipeline(createReadStream(tail), createWriteStream(growing, { flags: 'a' }));
}

function targetsOf(targets: Targets, incrementBytes: number): Target[] {
  return [
    targets.wallAtMost(1),
    bytesTarget(
      `increment ≤ ${MOST_INCREMENT_BYTES} bytes`,
      incrementBytes,
      MOST_INCREMENT_BYTES,
      (bytes) => `${bytes} bytes`,
    ),
    targets.peakRssAtMost(256),
  ];
}
