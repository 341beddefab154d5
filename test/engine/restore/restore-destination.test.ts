// Where a restore may go: a new place, an empty folder, through links above it; whatever was there
// before is as good as it was.
import { mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import test from 'ava';

import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { shareNights } from '../../support/repository/four-nights.js';
import { subtree } from '../../support/repository/recorded-history.js';

const nights = shareNights(test);

test('missing parents of the destination are made', async (t) => {
  const history = nights();
  const { tree } = history.snapshot(4);
  await history.restore(history.at('a', 'b', 'everything'));
  await history.restore(history.at('c', 'd', 'dump.rdb'), { path: 'dump.rdb' });
  t.deepEqual(treeDifferences(tree, await readTree(history.at('a', 'b', 'everything'))), []);
  const dump = subtree(tree, 'dump.rdb');
  t.deepEqual(treeDifferences(dump, await readTree(history.at('c', 'd', 'dump.rdb'))), []);
  for (const parent of ['a', 'c']) {
    t.is((await readdir(history.at(parent))).length, 1, 'nothing else is left there');
  }
});

test('an existing empty folder is filled and becomes what the folder was', async (t) => {
  const history = nights();
  await mkdir(history.at('void'), { mode: 0o777 });
  await history.restore(history.at('void'));
  const restored = await readTree(history.at('void'));
  t.deepEqual(treeDifferences(history.snapshot(4).tree, restored), []);
});

test('a linked folder is filled where it really is, and stays a link', async (t) => {
  const history = nights();
  await mkdir(history.at('disk', 'redis'), { recursive: true });
  await mkdir(history.at('var', 'lib'), { recursive: true });
  await symlink('../../disk/redis', history.at('var', 'lib', 'redis'));
  const report = await history.restore(history.at('var', 'lib', 'redis'));
  t.is(await readlink(history.at('var', 'lib', 'redis')), '../../disk/redis');
  t.is(report.destination, history.at('disk', 'redis'));
  const restored = await readTree(history.at('disk', 'redis'));
  t.deepEqual(treeDifferences(history.snapshot(4).tree, restored), []);
});

test('a destination below a linked folder is made where the link leads', async (t) => {
  const history = nights();
  await mkdir(history.at('disk'));
  await symlink('disk', history.at('link'));
  await history.restore(history.at('link', 'new', 'dump.rdb'), { path: 'dump.rdb' });
  t.true((await stat(history.at('disk', 'new', 'dump.rdb'))).isFile());
});

test('nothing but what was asked for is left beside the destination', async (t) => {
  const history = nights();
  await mkdir(history.at('alone'));
  await history.restore(history.at('alone', 'tree'));
  await history.restore(history.at('alone', 'dump'), { path: 'dump.rdb' });
  t.deepEqual((await readdir(history.at('alone'))).toSorted(), ['dump', 'tree']);
});

test('what a killed restore left behind is no hindrance and is not touched', async (t) => {
  const history = nights();
  const left = history.at('killed', `.redis-rewind-restore-${history.context.processId}`);
  await mkdir(left, { recursive: true });
  await writeFile(`${left}/somebody's`, 'data');
  await history.restore(history.at('killed', 'tree'));
  const restored = await readTree(history.at('killed', 'tree'));
  t.deepEqual(treeDifferences(history.snapshot(4).tree, restored), []);
  t.is(await readFile(`${left}/somebody's`, 'utf8'), 'data');
});
