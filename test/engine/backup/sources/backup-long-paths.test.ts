// SOURCE with paths that are longer than the kernel takes at once (PATH_MAX). A backup reaches them name by
// name, and so must each later step, or no backup of this repository would go well again.
import test from 'ava';
import { readdirSync } from 'node:fs';
import { type BytePath, joinPath, pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { removeTree } from '../../../../src/system/files/remove-tree.js';
import { HookedFileSystem, failing } from '../../../support/files/hooked-file-system.js';
import type { TeardownContext } from '../../../support/files/temporary-directory.js';
import { lookNames } from '../../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

const LEVELS = 22;
const NAME = 'n'.repeat(200);

/** @returns what writes the text of a file at the end of a path beyond PATH_MAX */
function makeDeepFile(t: TeardownContext, sandbox: Sandbox): (text: string) => void {
  const fileSystem = new RealFileSystem();
  const source = pathFromText(sandbox.source);
  const held = fileSystem.hold(source);
  let deepest: BytePath = source;
  for (let level = 0; level < LEVELS; level += 1) {
    deepest = joinPath(deepest, NAME);
    fileSystem.makeDirectory(deepest, 0o700);
  }
  t.teardown(async () => {
    for (const name of [sandbox.source, ...mirrorsOf(sandbox)]) {
      const heldRoot = fileSystem.hold(pathFromText(name));
      removeTree(fileSystem, joinPath(pathFromText(name), NAME));
      heldRoot.release();
    }
    held.release();
  });
  return (text) => {
    const path = joinPath(deepest, 'file');
    const file = fileSystem.open(path, fileSystem.stat(path) === null ? 'create' : 'update');
    fileSystem.write(file, Buffer.from(text), 0);
    fileSystem.close(file);
  };
}

/** The repository, and what was restored of it. */
function mirrorsOf(sandbox: Sandbox): string[] {
  return readdirSync(sandbox.root)
    .filter((name) => name.startsWith('repository'))
    .map((name) => sandbox.at(name));
}

test('paths beyond PATH_MAX are backed up, changed and repaired', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'dump');
  const write = makeDeepFile(t, sandbox);
  write('first');
  t.deepEqual((await sandbox.backup()).notes, []);
  write('second');
  const second = await sandbox.backup();
  t.is(second.changedFiles, 1);
  t.deepEqual(second.notes, []);
  t.deepEqual((await sandbox.repair()).notes, []);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a repository to which an older version could not bring a path beyond PATH_MAX is finished by the next backup', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'dump');
  const write = makeDeepFile(t, sandbox);
  write('first');
  const fileSystem = new HookedFileSystem(
    failing('ENAMETOOLONG', ({ operation, path }) => {
      return operation === 'makeDirectory' && path.length > 4096 && path.includes('/repository/');
    }),
  );
  const unfinished = await sandbox.backup({ context: { fileSystem } });
  t.deepEqual(lookNames(unfinished.notes), ['unfinished -']);
  write('second');
  const { notes, changedFiles } = await sandbox.backup();
  t.deepEqual([notes, changedFiles], [[], 1]);
  t.deepEqual((await sandbox.verify()).problems, []);
  t.deepEqual((await sandbox.restore({ time: '1B' })).notes, []);
});
