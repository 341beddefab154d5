// SHA-256 of files and of whole folders, to check what was restored.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { filesBelow } from '../file-tree.js';

/** Digests in hex, by the path relative to the folder. */
export type Digests = Readonly<Record<string, string>>;

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

export async function digestsBelow(directory: string): Promise<Digests> {
  const digests: Record<string, string> = {};
  for (const file of await filesBelow(directory)) {
    digests[path.relative(directory, file)] = await sha256OfFile(file);
  }
  return digests;
}

/** Throws, naming the files, unless `directory` holds exactly the files of `expected`. */
export async function requireSameFiles(
  directory: string,
  expected: Digests,
  what: string,
): Promise<void> {
  const found = await digestsBelow(directory);
  const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
  const different = [...names].filter((name) => found[name] !== expected[name]);
  if (different.length > 0) {
    throw new WrongResultError(`${what}: ${different.join(', ')} differ from the original`);
  }
}

/** A program restored something else than it was given: the benchmark fails. */
export class WrongResultError extends Error {}
