// Whole folders: listing, measuring, copying, and reading them into the page cache.
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { runQuietly } from './commands/run-quietly.js';

const CHUNK_BYTES = 1 << 20;

/** The paths of every regular file below `directory`, sorted; none where there is nothing. */
export async function filesBelow(directory: string): Promise<string[]> {
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = await readdir(directory, options).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** The sum of the sizes of all regular files: their lengths, not the blocks that they use. */
export async function treeBytes(directory: string): Promise<number> {
  let bytes = 0;
  for (const file of await filesBelow(directory)) bytes += (await stat(file)).size;
  return bytes;
}

/** Copies the folder `from` to `to`, with all metadata that a program may look at. */
export async function copyTree(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(path.dirname(to), { recursive: true });
  await runQuietly({ command: 'cp', args: ['-a', '--reflink=auto', from, to] });
}

/** Reads every file once, so that it is in the page cache. */
export async function warm(directory: string): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (const file of await filesBelow(directory)) {
    const handle = await open(file);
    try {
      while ((await handle.read(chunk, 0, chunk.length)).bytesRead > 0);
    } finally {
      await handle.close();
    }
  }
}
