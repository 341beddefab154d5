// An AOF directory before and after a day in which it grew by about 5 %. The directory is kept as before, and the
// tail in a file of its own. The grown file must be the same file (inode) as the one that was backed up.
import { createReadStream, createWriteStream } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { withBenchServer } from './bench-server.js';
import { cachedDataset } from './dataset-cache.js';
import type { DatasetPlace, Source } from './dataset-place.js';
import { digestsBelow, type Digests } from './file-digest.js';
import { KeySpace } from './key-space.js';

/** The share of rewritten keys. New keys, which come with them, make the file a quarter larger still. */
const REWRITTEN_PERCENT = 4;

/** The file that grows, relative to SOURCE. */
export const GROWING_AOF = path.join('appendonlydir', 'appendonly.aof.1.incr.aof');

const SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'no',
  'auto-aof-rewrite-percentage': '0',
};

export interface GrownAof {
  /** The directory before. Copy it, and do not change it. */
  readonly before: Source;
  /** The file with the bytes that were appended. */
  readonly tail: string;
  readonly afterDigests: Digests;
  readonly beforeBytes: number;
  readonly tailBytes: number;
}

export async function grownAof({ directory, seed, keys }: DatasetPlace): Promise<GrownAof> {
  const root = path.join(directory, 'aof');
  const source = path.join(root, 'before');
  const tail = path.join(root, 'tail');
  return cachedDataset(root, { seed, keys, percent: REWRITTEN_PERCENT }, async () => {
    const growing = path.join(source, GROWING_AOF);
    let beforeBytes = 0;
    await withBenchServer(source, SETTINGS, async (server) => {
      const keySpace = new KeySpace(seed, keys);
      await server.pipe.sendAll(keySpace.initialCommands());
      // A server replies after it has written the command to the file.
      beforeBytes = (await stat(growing)).size;
      await server.pipe.sendAll(keySpace.changes(1, REWRITTEN_PERCENT));
    });
    const afterDigests = await digestsBelow(source);
    const tailBytes = (await stat(growing)).size - beforeBytes;
    await pipeline(createReadStream(growing, { start: beforeBytes }), createWriteStream(tail));
    await truncate(growing, beforeBytes);
    const before = { directory: source, digests: await digestsBelow(source) };
    return { before, tail, afterDigests, beforeBytes, tailBytes };
  });
}
