// Files of the mirror are put back from SOURCE, or from wherever their bytes are found.
import * as fs from 'node:fs/promises';
import test from 'ava';

import { DAMAGES, withDamage } from '../../support/damage/damage.js';
import { isRoot } from '../../support/program/is-root.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';
import { isThere } from '../../support/files/is-there.js';
import { kinds, allRestore } from './repaired.js';

for (const damage of DAMAGES) {
  test(`a mirror file with the damage '${damage}' is put back from SOURCE, and kept`, async (t) => {
    const sandbox = await recordNights(t);
    const file = sandbox.at('repository/dump.rdb');
    const mtime = (await readTree(file))['.']?.mtimeNs;
    await withDamage(file, damage, async () => {
      const without = await sandbox.repair();
      t.true(
        without.repairs.every(({ kind }) => kind === 'metadata'),
        'nowhere are the bytes',
      );
      t.not(without.problems.length, 0);
      const report = await sandbox.repair({ source: sandbox.source });
      t.deepEqual(kinds(report).toSorted(), [
        ...(damage === 'delete' ? [] : ['kept redis-rewind-data/kept/1/mirror/dump.rdb']),
        'put-back dump.rdb',
      ]);
      t.deepEqual(report.problems, []);
      t.is((await readTree(file))['.']?.mtimeNs, mtime);
      await allRestore(t, sandbox);
    });
  });
}

test('a file of SOURCE is taken only where its bytes are those that were backed up', async (t) => {
  const sandbox = await recordNights(t);
  await fs.rm(sandbox.at('repository/dump.rdb'));
  await fs.writeFile(sandbox.at('source/dump.rdb'), 'another dump');
  t.not((await sandbox.repair({ source: sandbox.source })).problems.length, 0);
  t.false(isThere(sandbox.inMirror('dump.rdb')), 'dump.rdb');
  await fs.rm(sandbox.at('source/dump.rdb'));
  await fs.symlink('/dev/zero', sandbox.at('source/dump.rdb'));
  t.not((await sandbox.repair({ source: sandbox.source })).problems.length, 0);
});

test('a file of SOURCE that has grown since the backup still gives what was backed up', async (t) => {
  const sandbox = await recordNights(t, 1);
  const aof = 'appendonlydir/appendonly.aof.1.incr.aof';
  await fs.appendFile(sandbox.inSource(aof), 'and more');
  await fs.truncate(sandbox.inMirror(aof), 10);
  const report = await sandbox.repair({ source: sandbox.source });
  t.deepEqual(report.problems, []);
  await allRestore(t, sandbox);
});

test('a mirror file is put back from another one with the same content', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  for (const name of ['a', 'b']) await fs.writeFile(sandbox.inSource(name), 'the same');
  await sandbox.backup();
  await fs.writeFile(sandbox.at('repository/a'), 'not it');
  const report = await sandbox.repair();
  t.deepEqual(report.problems, []);
  t.deepEqual(kinds(report), ['kept redis-rewind-data/kept/1/mirror/a', 'put-back a']);
  await allRestore(t, sandbox);
});

test('a file kept by --also is put back from its own path', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await fs.writeFile(sandbox.at('redis.conf'), 'appendonly yes');
  await sandbox.backup({ also: [sandbox.at('redis.conf')] });
  const file = sandbox.at(`repository/redis-rewind-data/also/${sandbox.at('redis.conf')}`);
  await fs.rm(file);
  const report = await sandbox.repair({ source: sandbox.source });
  t.deepEqual(report.problems, []);
  t.is(await fs.readFile(file, 'utf8'), 'appendonly yes');
});

test('directories, links and metadata of the mirror are put right from the catalog', async (t) => {
  const sandbox = await recordNights(t);
  const at = (name: string): string => sandbox.inMirror(name);
  const sound = await readTree(sandbox.repository);
  await fs.rm(at('empty'), { recursive: true });
  await fs.writeFile(at('empty'), 'in the way');
  await fs.rm(at('latest'));
  await fs.mkdir(at('latest'));
  await fs.writeFile(at('latest/file'), 'of somebody');
  await fs.rm(at('changeling'));
  await fs.utimes(at('dump.rdb'), 1, 1);
  await fs.chmod(at('appendonlydir'), 0o777);
  if (isRoot) await fs.lchown(at('dump.rdb'), 0, 0);
  const report = await sandbox.repair();
  t.deepEqual(report.problems, []);
  t.deepEqual(
    kinds(report).toSorted(),
    [
      'kept redis-rewind-data/kept/1/mirror/empty',
      'kept redis-rewind-data/kept/1/mirror/latest',
      'made changeling',
      'made empty',
      'made latest',
      'metadata empty',
    ].toSorted(),
  );
  const mended = await readTree(sandbox.repository);
  const differences = treeDifferences(sound, mended);
  t.deepEqual(
    differences.filter((line) => !/^\.: mtimeNs|^redis-rewind-data/.test(line)),
    [],
  );
  t.is(mended['redis-rewind-data/kept/1/mirror/latest/file']?.type, 'file');
});
