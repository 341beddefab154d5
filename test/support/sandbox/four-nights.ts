// A small data directory as a Redis server leaves it on four nights in a row: a dump of which a part
// is rewritten each night, an AOF that grows and is then rewritten under new names, and beside them
// what a directory may hold: an empty folder, a link, a file that becomes a folder and then a link, a
// name that is not UTF-8. Bytes come from a fixed seed; owners are foreign ones where this is root.
import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import type { TestFn } from 'ava';

import { isRoot } from '../program/is-root.js';
import { SeededRandom } from '../program/seeded-random.js';
import type { TeardownContext } from '../files/temporary-directory.js';
import { type Sandbox, createSandbox } from './sandbox.js';

const run = promisify(execFile);

/** Whether this process may give files to others. */

/** Numbers that have no name on any usual machine. */
export const OWNER = { uid: 64_105, gid: 64_112 };

export const NIGHTS = [1, 2, 3, 4] as const;
export type Night = (typeof NIGHTS)[number];

const DUMP_BYTES = 40_000;
const CHANGED_BYTES = 400;

/** The bytes of dump.rdb on a night: each night another part of it is new. */
export function dumpBytes(night: number): Buffer {
  const bytes = new SeededRandom('dump').bytes(DUMP_BYTES);
  for (let changed = 2; changed <= night; changed += 1) {
    new SeededRandom(`dump ${changed}`).bytes(CHANGED_BYTES).copy(bytes, changed * 5000);
  }
  return bytes;
}

/** Takes a snapshot on each of the nights up to the last one. */
export async function recordNights(t: TeardownContext, last: Night = 4): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true, stepSeconds: 86_400 });
  for (const night of NIGHTS.filter((number) => number <= last)) {
    await layNight(sandbox.source, night);
    await sandbox.backup();
  }
  return sandbox;
}

/**
 * One history for all tests of a file, which may read its repository and nothing else, each restoring
 * to places of its own.
 */
export function shareNights(test: TestFn): () => Sandbox {
  const cleanUps: (() => Promise<void>)[] = [];
  let sandbox: Sandbox | null = null;
  test.before('four nights are recorded', async () => {
    sandbox = await recordNights({ teardown: (cleanUp) => void cleanUps.push(cleanUp) });
  });
  test.after.always('the history is removed', async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  return () => {
    if (sandbox === null) throw new Error('the history was not recorded');
    return sandbox;
  };
}

/** Changes the source from what it was the night before. */
export async function layNight(source: string, night: Night): Promise<void> {
  const at = (...parts: string[]): string => path.join(source, ...parts);
  const aof = (name: string): string => at('appendonlydir', `appendonly.aof.${name}`);
  await replace(at('dump.rdb'), dumpBytes(night), 0o660);
  if (night === 1) {
    await mkdir(at('appendonlydir'), { mode: 0o750 });
    await replace(aof('1.base.rdb'), words('base 1', 9000), 0o640);
    await replace(aof('1.incr.aof'), words('incr 1', 3000), 0o640);
    await replace(aof('manifest'), 'file 1.base.rdb\nfile 1.incr.aof\n', 0o640);
    await mkdir(at('empty'), { mode: 0o2770 });
    await symlink('dump.rdb', at('latest'));
    await replace(at('notes.txt'), 'kept for one night\n', 0o604);
    await replace(at('changeling'), words('a file', 5000), 0o600);
  } else if (night === 2) {
    await appendFile(aof('1.incr.aof'), words('incr 1, more', 2000));
    await rm(at('notes.txt'));
    await rm(at('changeling'));
    await mkdir(at('changeling'), { mode: 0o755 });
    await replace(at('changeling', 'within'), words('in a folder', 5000), 0o600);
    await writeFile(Buffer.concat([Buffer.from(at('caf')), Buffer.of(0xe9)]), 'latin1\n');
  } else if (night === 3) {
    await replace(aof('2.base.rdb'), words('base 1', 8500), 0o640);
    await replace(aof('2.incr.aof'), words('incr 2', 1000), 0o640);
    await replace(aof('manifest'), 'file 2.base.rdb\nfile 2.incr.aof\n', 0o640);
    await rm(aof('1.base.rdb'));
    await rm(aof('1.incr.aof'));
    await rm(at('changeling'), { recursive: true });
    await symlink('empty', at('changeling'));
    await chmod(at('empty'), 0o700);
  }
  if (isRoot) await giveAway(source);
}

/** As redis-server writes it: a new file that is renamed over the old one. */
async function replace(file: string, bytes: Buffer | string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, bytes);
  await chmod(`${file}.new`, mode);
  await rename(`${file}.new`, file);
}

/** Compressible text; the same seed begins with the same words. */
function words(seed: string, sizeBytes: number): Buffer {
  const random = new SeededRandom(seed);
  let text = '';
  while (text.length < sizeBytes) text += `${random.word(6)} `;
  return Buffer.from(text.slice(0, sizeBytes));
}

/** Only what is new, so that nothing else is touched. */
async function giveAway(directory: string): Promise<void> {
  const owner = `${OWNER.uid}:${OWNER.gid}`;
  await run('chown', ['--no-dereference', '--recursive', '--from=0:0', owner, directory]);
}
