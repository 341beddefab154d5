// A repository with one snapshot of a small tree of the attacker's, for restores and repairs.
import * as fs from 'node:fs';
import path from 'node:path';
import type { Arena } from './arena.js';
import { runHere } from './program.js';

/** Below the top of the snapshot. */
export const SMALL_FOLDERS = ['sub', 'sub/deep'];
export const SMALL_FILES = ['sub/deep/two', 'sub/one', 'dump.rdb'];
/** The file that a restore makes last. It is so large that an attacker can come while it is being written. */
export const LARGE_FILE = 'sub/one';
const LARGE_BYTES = 4_000_000;

/** The repository, at `kept/repository`; it is made once. Its SOURCE is `playground/source`. */
export async function smallRepository(arena: Arena): Promise<string> {
  const repository = path.join(arena.kept, 'repository');
  if (fs.existsSync(repository)) return repository;
  const source = makeSmallSource(arena);
  const { code, stderr } = await runHere(['backup', '--no-examine', source, repository]);
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  fs.rmSync(source, { recursive: true });
  return repository;
}

export function makeSmallSource(arena: Arena): string {
  for (const name of SMALL_FILES) {
    fs.chmodSync(arena.file(`source/${name}`, contentOf(name)), 0o4755);
  }
  const source = arena.at('source');
  for (const folder of [...SMALL_FOLDERS.toReversed(), '']) {
    fs.chmodSync(path.join(source, folder), 0o775);
    fs.utimesSync(path.join(source, folder), 1_700_000_000, 1_700_000_000);
  }
  return source;
}

/** The small files have the same content, so that a repair finds that of one in the other. */
function contentOf(name: string): string {
  return name === LARGE_FILE ? name.repeat(LARGE_BYTES / name.length) : 'the same';
}
