// Which AOF stands in a directory: one is there only if a base, an incr and their manifest are.
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lookAtAof } from '../../../src/redis/control/aof-files.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const fileSystem = new RealFileSystem();
const aofName = pathFromText('a.aof');
const MULTI = { aofFolder: pathFromText('dir'), aofName };
const SINGLE = { aofFolder: null, aofName };
const BASE = 'file a.aof.1.base.rdb seq 1 type b\n';
const INCR = 'file a.aof.1.incr.aof seq 1 type i\n';

/** Looks, with the directory held as the caller does. */
function look(directory: string, settings: typeof MULTI | typeof SINGLE) {
  const held = fileSystem.hold(pathFromText(directory));
  try {
    return lookAtAof(fileSystem, pathFromText(directory), settings);
  } finally {
    held.release();
  }
}

async function multiPart(t: ExecutionContext, manifest: string): Promise<string> {
  const directory = await temporaryDirectory(t);
  await mkdir(path.join(directory, 'dir'));
  await writeFile(path.join(directory, 'dir/a.aof.manifest'), manifest);
  for (const name of ['a.aof.1.base.rdb', 'a.aof.1.incr.aof']) {
    await writeFile(path.join(directory, 'dir', name), 'x');
  }
  return directory;
}

test('a base and an incr make an AOF; another base makes another one', async (t) => {
  const directory = await multiPart(t, BASE + INCR);
  const files = look(directory, MULTI);
  t.deepEqual(
    files?.paths.map((name) => path.relative(directory, name)),
    ['dir/a.aof.manifest', 'dir/a.aof.1.base.rdb', 'dir/a.aof.1.incr.aof'],
  );
  t.is(look(directory, MULTI)?.mark, files?.mark);
  await writeFile(path.join(directory, 'dir/a.aof.2.base.rdb'), 'y');
  await writeFile(path.join(directory, 'dir/a.aof.manifest'), BASE.replaceAll('1', '2') + INCR);
  t.not(look(directory, MULTI)?.mark, files?.mark);
});

const NONE: [what: string, manifest: string, missing: string | null][] = [
  ['a base alone', BASE, null],
  ['an incr alone', INCR, null],
  ['a base that is missing', BASE + INCR, 'a.aof.1.base.rdb'],
  ['an incr that is missing', BASE + INCR, 'a.aof.1.incr.aof'],
  ['a manifest that no server loads', 'nonsense\n', null],
  ['an empty manifest', '', null],
  ['no manifest', '', 'a.aof.manifest'],
  ['no folder', '', '.'],
];

for (const [what, manifest, missing] of NONE) {
  test(`${what}: no AOF`, async (t) => {
    const directory = await multiPart(t, manifest);
    if (missing !== null) await rm(path.join(directory, 'dir', missing), { recursive: true });
    t.is(look(directory, MULTI), null);
  });
}

test('a link in the place of the folder, or of a file, is no AOF', async (t) => {
  const directory = await multiPart(t, BASE + INCR);
  const other = await temporaryDirectory(t);
  await rename(path.join(directory, 'dir'), path.join(other, 'dir'));
  await symlink(path.join(other, 'dir'), path.join(directory, 'dir'));
  t.is(look(directory, MULTI), null);
  await symlink(path.join(other, 'dir/a.aof.manifest'), path.join(directory, 'a.aof'));
  t.is(look(directory, SINGLE), null);
});

test('a single file: each rewrite puts another one in its place', async (t) => {
  const directory = await temporaryDirectory(t);
  t.is(look(directory, SINGLE), null);
  await writeFile(path.join(directory, 'a.aof'), 'x');
  const files = look(directory, SINGLE);
  t.deepEqual(files?.paths, [pathFromText(path.join(directory, 'a.aof'))]);
  await writeFile(path.join(directory, 'a.aof'), 'grown', { flag: 'a' });
  t.is(look(directory, SINGLE)?.mark, files?.mark);
  await writeFile(path.join(directory, 'new'), 'y');
  await rename(path.join(directory, 'new'), path.join(directory, 'a.aof'));
  t.not(look(directory, SINGLE)?.mark, files?.mark);
});
