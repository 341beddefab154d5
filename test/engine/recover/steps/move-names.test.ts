// Files are moved out of the way and back: once, twice, after a kill in the middle, and never over anything.
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { holdAside, moveNames } from '../../../../src/engine/recover/steps/move-names.js';
import { InTheWayError } from '../../../../src/errors.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';

const NAMES = ['dump.rdb', 'appendonlydir', 'appendonly.aof'].map(pathFromText);
const OWN_UID = process.geteuid?.() ?? 0;

async function folders(t: ExecutionContext): Promise<{ from: string; to: string }> {
  const root = await temporaryDirectory(t);
  const [from, to] = [path.join(root, 'data'), path.join(root, 'aside')];
  await mkdir(from);
  await mkdir(path.join(from, 'appendonlydir'));
  await writeFile(path.join(from, 'dump.rdb'), 'dump');
  await writeFile(path.join(from, 'nodes.conf'), 'nodes');
  return { from, to };
}

function move(from: string, to: string, fileSystem = new RealFileSystem()): void {
  moveNames(fileSystem, { from: pathFromText(from), to: pathFromText(to), names: NAMES });
}

test('named files are moved and moved back, and others stay', async (t) => {
  const { from, to } = await folders(t);
  holdAside(new RealFileSystem(), pathFromText(to), OWN_UID).release();
  move(from, to);
  t.deepEqual(await readdir(from), ['nodes.conf']);
  t.deepEqual((await readdir(to)).toSorted(), ['appendonlydir', 'dump.rdb']);
  move(from, to);
  move(to, from);
  t.deepEqual((await readdir(from)).toSorted(), ['appendonlydir', 'dump.rdb', 'nodes.conf']);
  t.deepEqual(await readdir(to), []);
});

test('a run that was killed after any rename is continued', async (t) => {
  for (let renames = 0; renames < 2; renames += 1) {
    const { from, to } = await folders(t);
    await mkdir(to);
    class Killed extends RealFileSystem {
      left = renames;
      override rename(...names: Parameters<RealFileSystem['rename']>): void {
        if (this.left === 0) throw new Error('killed');
        this.left -= 1;
        super.rename(...names);
      }
    }
    t.throws(() => move(from, to, new Killed()), { message: 'killed' });
    t.is((await readdir(to)).length, renames);
    move(from, to);
    t.deepEqual((await readdir(to)).toSorted(), ['appendonlydir', 'dump.rdb']);
  }
});

test('a file that has appeared meanwhile is not replaced, and nothing is moved', async (t) => {
  const { from, to } = await folders(t);
  await mkdir(to);
  await writeFile(path.join(to, 'dump.rdb'), 'the former one');
  const error = t.throws(() => move(from, to), { instanceOf: InTheWayError });
  t.regex(error?.hint ?? '', /a server that was started/);
  t.deepEqual((await readdir(from)).toSorted(), ['appendonlydir', 'dump.rdb', 'nodes.conf']);
});

test('a folder of somebody else is not taken for the one of the recovery', async (t) => {
  const root = await temporaryDirectory(t);
  const hold = (name: string): void =>
    holdAside(new RealFileSystem(), pathFromText(path.join(root, name)), OWN_UID).release();
  await mkdir(path.join(root, 'open'), { mode: 0o755 });
  t.throws(() => hold('open'), { instanceOf: InTheWayError });
  await symlink('/tmp', path.join(root, 'link'));
  t.throws(() => hold('link'));
  t.notThrows(() => hold('new'));
  t.notThrows(() => hold('new'));
});
