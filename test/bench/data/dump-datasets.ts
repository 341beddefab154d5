// Pairs of dumps, one night apart. One pair is by the same server process, which keeps the order of its keys. The
// other is by a server that was restarted in between, whose new hash seed gives another order. Each dump has a
// folder of its own, which a backup gets as SOURCE.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { DUMP, withBenchServer } from './bench-server.js';
import { cachedDataset } from './dataset-cache.js';
import type { DatasetPlace, Source } from './dataset-place.js';
import { digestsBelow } from './file-digest.js';
import { KeySpace } from './key-space.js';

export interface DumpPair {
  readonly before: Source;
  readonly after: Source;
}

/** Two dumps by one process, 1 % apart. */
export async function scatteredDumps({ directory, seed, keys }: DatasetPlace): Promise<DumpPair> {
  const root = path.join(directory, 'scattered');
  const before = path.join(root, 'before');
  const after = path.join(root, 'after');
  return cachedDataset(root, { seed, keys }, async () => {
    const serverDirectory = path.join(root, 'server');
    await withBenchServer(serverDirectory, {}, async (server) => {
      const keySpace = new KeySpace(seed, keys);
      await server.pipe.sendAll(keySpace.initialCommands());
      await server.saveTo(before);
      await server.pipe.sendAll(keySpace.changes(1));
      await server.saveTo(after);
    });
    await rm(serverDirectory, { recursive: true });
    return { before: await describe(before), after: await describe(after) };
  });
}

/** The first dump of scatteredDumps, and the same 1 % applied by a server that was started from it. */
export async function restartedDumps(place: DatasetPlace): Promise<DumpPair> {
  const { before } = await scatteredDumps(place);
  const { seed, keys } = place;
  const root = path.join(place.directory, 'restarted');
  const from = before.digests[DUMP] ?? '';
  const after = await cachedDataset(root, { seed, keys, from }, async () => {
    const serverDirectory = path.join(root, 'server');
    await mkdir(serverDirectory);
    await copyFile(path.join(before.directory, DUMP), path.join(serverDirectory, DUMP));
    await withBenchServer(serverDirectory, {}, async (server) => {
      await server.pipe.sendAll(new KeySpace(seed, keys).changes(1));
      await server.saveTo(path.join(root, 'after'));
    });
    await rm(serverDirectory, { recursive: true });
    return describe(path.join(root, 'after'));
  });
  return { before, after };
}

async function describe(directory: string): Promise<Source> {
  return { directory, digests: await digestsBelow(directory) };
}
