// Puts the frozen data directories of fixtures/redis-data into one source directory, night by night,
// in the way redis-server writes them: a dump replaces the old one by rename, an AOF that grew is
// appended to, files that the manifest no longer names are deleted.
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';

import { readTree } from '../../files/directory-tree.js';
import { fixturePath } from '../../program/project-paths.js';

export interface Night {
  /** The fixture's number. */
  readonly point: number;
  readonly story: string;
}

export const NIGHTS: readonly Night[] = [
  { point: 1, story: 'the first backup, which makes the repository' },
  { point: 2, story: 'the server was restarted, keys changed, the AOF grew' },
  { point: 3, story: 'keys changed, and the AOF was rewritten under new names' },
];

const SHAPE = '7.0-rdb-and-multipart-aof';

/** A redis user's numbers; another machine's, so that nothing here can know them by name. */
const REDIS_OWNER = { uid: 105, gid: 112 };
/** As Debian's unit makes them, with umask 007. */
const DIRECTORY_MODE = 0o750;
const DUMP_MODE = 0o660;
const AOF_MODE = 0o640;

/** Whether this process may give files the owner that a server's files have. */
export const canSetOwner = process.geteuid?.() === 0;

/** Makes `source` the data directory of that night; unchanged files keep inode and mtime. */
export async function layNight(source: string, point: number): Promise<void> {
  const fixture = fixturePath('redis-data', SHAPE, String(point));
  for (const directory of ['.', 'appendonlydir']) {
    await mkdir(path.join(source, directory), { recursive: true });
    await layDirectory(path.join(fixture, directory), path.join(source, directory));
  }
  for (const directory of ['.', 'appendonlydir']) {
    await own(path.join(source, directory), DIRECTORY_MODE);
  }
}

/** SHA-256 in hex of every file as redis-server wrote it, by its path in the data directory. */
export async function fixtureDigests(point: number): Promise<Map<string, string>> {
  const tree = await readTree(fixturePath('redis-data', SHAPE, String(point)));
  const files = Object.entries(tree).filter(([, entry]) => entry.type === 'file');
  return new Map(files.map(([name, entry]) => [name, entry.content]));
}

async function layDirectory(from: string, to: string): Promise<void> {
  const wanted = (await readdir(from, { withFileTypes: true })).filter((entry) => entry.isFile());
  const names = new Set(wanted.map((entry) => entry.name));
  for (const name of names) {
    await layFile(path.join(from, name), path.join(to, name));
  }
  for (const entry of await readdir(to, { withFileTypes: true })) {
    if (entry.isFile() && !names.has(entry.name)) {
      await rm(path.join(to, entry.name));
    }
  }
}

async function layFile(from: string, to: string): Promise<void> {
  const bytes = await readFile(from);
  const there = await readFile(to).catch(() => null);
  if (there !== null && there.equals(bytes)) {
    return;
  }
  if (there !== null && there.equals(bytes.subarray(0, there.length))) {
    await appendFile(to, bytes.subarray(there.length));
    return;
  }
  const temporary = path.join(path.dirname(to), `temp-${process.pid}.rdb`);
  await writeFile(temporary, bytes);
  await own(temporary, path.basename(to) === 'dump.rdb' ? DUMP_MODE : AOF_MODE);
  await rename(temporary, to);
}

async function own(target: string, mode: number): Promise<void> {
  if (canSetOwner) {
    await chown(target, REDIS_OWNER.uid, REDIS_OWNER.gid);
  }
  await chmod(target, mode);
}
