// Destinations that a restore accepts: a new path, an empty folder, a path that leads through links.
// Nothing else around the destination changes.
import { mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import test from 'ava';

import { shareNights } from '../../support/sandbox/four-nights.js';
import { readTree, subtree, treeDifferences } from '../../support/files/directory-tree.js';

const nights = shareNights(test);

test('missing parents of the destination are made', async (t) => {
  const sandbox = nights();
  const { tree } = sandbox.snapshot(4);
  await sandbox.restore({ to: sandbox.at('a', 'b', 'everything') });
  await sandbox.restore({ to: sandbox.at('c', 'd', 'dump.rdb'), path: 'dump.rdb' });
  t.deepEqual(treeDifferences(tree, await readTree(sandbox.at('a', 'b', 'everything'))), []);
  const dump = subtree(tree, 'dump.rdb');
  t.deepEqual(treeDifferences(dump, await readTree(sandbox.at('c', 'd', 'dump.rdb'))), []);
  for (const parent of ['a', 'c']) {
    t.is((await readdir(sandbox.at(parent))).length, 1, 'nothing else is left there');
  }
});

test('an existing empty folder is filled, and gets the metadata of the folder that was backed up', async (t) => {
  const sandbox = nights();
  await mkdir(sandbox.at('void'), { mode: 0o777 });
  await sandbox.restore({ to: sandbox.at('void') });
  const restored = await readTree(sandbox.at('void'));
  t.deepEqual(treeDifferences(sandbox.snapshot(4).tree, restored), []);
});

test('a link to an empty folder is followed, and stays a link', async (t) => {
  const sandbox = nights();
  await mkdir(sandbox.at('disk', 'redis'), { recursive: true });
  await mkdir(sandbox.at('var', 'lib'), { recursive: true });
  await symlink('../../disk/redis', sandbox.at('var', 'lib', 'redis'));
  const report = await sandbox.restore({ to: sandbox.at('var', 'lib', 'redis') });
  t.is(await readlink(sandbox.at('var', 'lib', 'redis')), '../../disk/redis');
  t.is(report.destination, sandbox.at('disk', 'redis'));
  const restored = await readTree(sandbox.at('disk', 'redis'));
  t.deepEqual(treeDifferences(sandbox.snapshot(4).tree, restored), []);
});

test('a destination below a linked folder is made where the link leads', async (t) => {
  const sandbox = nights();
  await mkdir(sandbox.at('disk'));
  await symlink('disk', sandbox.at('link'));
  await sandbox.restore({ to: sandbox.at('link', 'new', 'dump.rdb'), path: 'dump.rdb' });
  t.true((await stat(sandbox.at('disk', 'new', 'dump.rdb'))).isFile());
});

test('a restore leaves nothing beside the destination', async (t) => {
  const sandbox = nights();
  await mkdir(sandbox.at('alone'));
  await sandbox.restore({ to: sandbox.at('alone', 'tree') });
  await sandbox.restore({ to: sandbox.at('alone', 'dump'), path: 'dump.rdb' });
  t.deepEqual((await readdir(sandbox.at('alone'))).toSorted(), ['dump', 'tree']);
});

test('the work directory of a killed restore neither disturbs the next restore nor is touched by it', async (t) => {
  const sandbox = nights();
  const left = sandbox.at('killed', `.redis-rewind-restore-${sandbox.context.processId}`);
  await mkdir(left, { recursive: true });
  await writeFile(`${left}/somebody's`, 'data');
  await sandbox.restore({ to: sandbox.at('killed', 'tree') });
  const restored = await readTree(sandbox.at('killed', 'tree'));
  t.deepEqual(treeDifferences(sandbox.snapshot(4).tree, restored), []);
  t.is(await readFile(`${left}/somebody's`, 'utf8'), 'data');
});
