// SOURCE with paths that are longer than the kernel takes at once (PATH_MAX). A backup reaches them name by
// name, and so must each later step, or no backup of this repository would go well again.
import test from 'ava';
import { type BytePath, joinPath, pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { removeTree } from '../../../src/system/files/remove-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const LEVELS = 22;
const NAME = 'n'.repeat(200);

test('paths beyond PATH_MAX are backed up, changed and repaired', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'dump');
  const fileSystem = new RealFileSystem();
  const source = pathFromText(sandbox.source);
  const held = fileSystem.hold(source);
  let deepest: BytePath = source;
  for (let level = 0; level < LEVELS; level += 1) {
    deepest = joinPath(deepest, NAME);
    fileSystem.makeDirectory(deepest, 0o700);
  }
  const write = (text: string): void => {
    const path = joinPath(deepest, 'file');
    const file = fileSystem.open(path, fileSystem.stat(path) === null ? 'create' : 'update');
    fileSystem.write(file, Buffer.from(text), 0);
    fileSystem.close(file);
  };
  t.teardown(async () => {
    const repository = pathFromText(sandbox.repository);
    const heldRepository = fileSystem.hold(repository);
    for (const root of [source, repository]) removeTree(fileSystem, joinPath(root, NAME));
    heldRepository.release();
    held.release();
  });
  write('first');
  t.deepEqual((await sandbox.backup()).notes, []);
  write('second');
  const second = await sandbox.backup();
  t.is(second.changedFiles, 1);
  t.deepEqual(second.notes, []);
  t.deepEqual((await sandbox.repair()).notes, []);
  t.deepEqual((await sandbox.verify()).problems, []);
});
