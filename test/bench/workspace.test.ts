import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import test from 'ava';

import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { Workspace } from './workspace.js';

test('a dataset lent as SOURCE keeps its inode and its times, and comes back', async (t) => {
  const workspace = await Workspace.open(path.join(await temporaryDirectory(t), 'work'));
  const dataset = path.join(workspace.datasets, 'night');
  await mkdir(dataset, { recursive: true });
  await writeFile(path.join(dataset, 'dump.rdb'), 'keys');
  const before = await stat(path.join(dataset, 'dump.rdb'), { bigint: true });

  await workspace.lendSource(dataset);
  const lent = await stat(path.join(workspace.source, 'dump.rdb'), { bigint: true });
  t.is(lent.ino, before.ino);
  t.is(lent.mtimeNs, before.mtimeNs);
  t.is(lent.ctimeNs, before.ctimeNs);

  await workspace.returnSource();
  t.is(await readFile(path.join(dataset, 'dump.rdb'), 'utf8'), 'keys');
  await t.throwsAsync(stat(workspace.source), { code: 'ENOENT' });
});

test('what a killed run has left is put in order when the folder is opened again', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'work');
  const killed = await Workspace.open(directory);
  const dataset = path.join(killed.datasets, 'night');
  await mkdir(dataset, { recursive: true });
  await writeFile(killed.inRun('repository'), 'half');
  await killed.lendSource(dataset);

  const workspace = await Workspace.open(directory);
  t.true((await stat(dataset)).isDirectory());
  t.deepEqual(await readdir(workspace.inRun()), []);
});

test('a SOURCE of its own goes with the run', async (t) => {
  const workspace = await Workspace.open(path.join(await temporaryDirectory(t), 'work'));
  await workspace.makeSource();
  await writeFile(path.join(workspace.source, 'dump.rdb'), 'keys');
  await workspace.returnSource();
  await t.throwsAsync(stat(workspace.source), { code: 'ENOENT' });
});

test('a folder with other things in it is neither used nor removed', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(path.join(directory, 'letter'), 'dear');
  await t.throwsAsync(Workspace.open(directory), { message: /something else/ });
  await t.throwsAsync(Workspace.remove(directory), { message: /no folder of the benchmark/ });
  t.is(await readFile(path.join(directory, 'letter'), 'utf8'), 'dear');
});

test('the folder is removed with all that it holds, and where there is none nothing happens', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'work');
  await Workspace.open(directory);
  await Workspace.remove(directory);
  await t.throwsAsync(rename(directory, `${directory}.moved`), { code: 'ENOENT' });
  await t.notThrowsAsync(Workspace.remove(directory));
});
