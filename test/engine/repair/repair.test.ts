// `verify --repair`: what it rebuilds and from where, and that it deletes nothing.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import type { RepairReport } from '../../../src/engine/repair/repair-report.js';
import { CorruptError, LockedError, NoRepositoryError } from '../../../src/errors.js';
import { WriteLock } from '../../../src/catalog/write-lock.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { runCli } from '../../support/program/cli.js';
import { DAMAGES, flipped, withDamage } from '../../support/damage/damage.js';
import { catalogFile, forgeCatalog, runSql } from '../../support/repository/edit-catalog.js';
import { isRoot, recordNights } from '../../support/sandbox/four-nights.js';
import { removeTree } from '../../support/files/temporary-directory.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';
import { isThere } from '../../support/files/is-there.js';

function kinds({ repairs }: RepairReport): string[] {
  return repairs.map(({ kind, path: name }) => `${kind} ${name}`);
}

/** Every snapshot up to the last one given restores as it was. */
async function allRestore(t: ExecutionContext, sandbox: Sandbox, last = 4): Promise<void> {
  for (const { id, time, tree } of sandbox.recorded.slice(0, last)) {
    const to = sandbox.at(`restored-${id}`);
    await sandbox.restore(time, { to });
    t.deepEqual(treeDifferences(tree, await readTree(to)), [], `snapshot ${id}`);
    await removeTree(to);
  }
}

test('a sound repository is left as it is', async (t) => {
  const sandbox = await recordNights(t);
  const before = await readTree(sandbox.repository);
  const report = await sandbox.repair();
  t.deepEqual([report.repairs, report.problems, report.notes], [[], [], []]);
  const differences = treeDifferences(before, await readTree(sandbox.repository));
  t.deepEqual(
    differences.filter((line) => !/mtimeNs|catalog.sqlite3: /.test(line)),
    [],
  );
});

for (const damage of [...DAMAGES, 'hostile', 'rows'] as const) {
  test(`a catalog with the damage '${damage}' is rebuilt from its copy, and kept`, async (t) => {
    const sandbox = await recordNights(t);
    const file = catalogFile(sandbox.repository);
    const sound = await fs.readFile(file);
    if (damage === 'delete') await fs.rm(file);
    else if (damage === 'truncate') await fs.truncate(file, sound.length >> 1);
    else if (damage === 'flip') await fs.writeFile(file, flipped(sound, 105));
    else if (damage === 'hostile') runSql(sandbox.repository, 'CREATE VIEW v AS SELECT 1');
    else runSql(sandbox.repository, 'UPDATE version SET mode = 511 WHERE id = 3');
    const damaged = damage === 'delete' ? null : await fs.readFile(file);

    const report = await sandbox.repair();
    const kept = 'kept redis-rewind-data/kept/1/catalog.sqlite3';
    t.deepEqual(kinds(report), [
      'rebuilt-catalog redis-rewind-data/catalog.sqlite3',
      ...(damaged === null ? [] : [kept]),
    ]);
    t.deepEqual(report.problems, []);
    if (damaged !== null) {
      const place = sandbox.at('repository/redis-rewind-data/kept/1/catalog.sqlite3');
      t.deepEqual(await fs.readFile(place), damaged);
    }
    await allRestore(t, sandbox);
    await sandbox.backup();
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}

test('a row of an increment that no digest covers is mended from the copy', async (t) => {
  const sandbox = await recordNights(t);
  runSql(sandbox.repository, 'UPDATE increment SET basis = result WHERE kind = 2');
  const { problems } = await sandbox.verify();
  t.not(problems.filter(({ kind }) => kind === 'content').length, 0);
  const report = await sandbox.repair();
  t.is(report.repairs[0]?.kind, 'rebuilt-catalog');
  t.deepEqual(report.problems, []);
  await allRestore(t, sandbox);
});

test('with an older copy alone, the older snapshots come back whole and the newer state is kept', async (t) => {
  const sandbox = await recordNights(t);
  const data = (name: string): string => sandbox.at('repository/redis-rewind-data', name);
  const newest = await readTree(sandbox.repository);
  const increments = await fs.readdir(data('increments'));
  await fs.truncate(catalogFile(sandbox.repository), 5000);
  await fs.truncate(data('catalog.4.zst'), 50);

  const report = await sandbox.repair();
  t.deepEqual(report.problems, []);
  t.is(
    report.repairs[0]?.message.replace(/\(.*\)/, '()'),
    'the catalog is damaged (); it is rebuilt from its copy as of snapshot 3',
  );
  t.true(kinds(report).includes('put-back dump.rdb'), kinds(report).join('\n'));
  await allRestore(t, sandbox, 3);

  const kept = await readTree(data('kept/1'));
  t.is(kept['mirror/dump.rdb']?.content, newest['dump.rdb']?.content);
  t.is(kept['catalog.4.zst']?.type, 'file');
  const here = await fs.readdir(data('increments'));
  const there = await fs.readdir(data('kept/1/increments'));
  t.deepEqual([...here, ...there].toSorted(), increments.toSorted());

  await sandbox.backup();
  t.deepEqual((await sandbox.verify()).problems, []);
  await sandbox.restore('now', { to: sandbox.at('now') });
  t.deepEqual(
    treeDifferences(await readTree(sandbox.source), await readTree(sandbox.at('now'))),
    [],
  );
});

test('a file that only grew is kept whole before an older catalog cuts it back', async (t) => {
  const sandbox = await recordNights(t, 2);
  const grown = 'appendonlydir/appendonly.aof.1.incr.aof';
  const newest = (await readTree(sandbox.repository))[grown]?.content;
  const data = (name: string): string => sandbox.at('repository/redis-rewind-data', name);
  await fs.rm(catalogFile(sandbox.repository));
  await fs.rm(data('catalog.2.zst'));
  const report = await sandbox.repair();
  t.deepEqual(report.problems, []);
  await allRestore(t, sandbox, 1);
  t.is((await readTree(data('kept/1')))[`mirror/${grown}`]?.content, newest);
});

test('a catalog that is newer than its only sound copy is left, and the problem told', async (t) => {
  const sandbox = await recordNights(t);
  await fs.rm(sandbox.at('repository/redis-rewind-data/catalog.4.zst'));
  runSql(sandbox.repository, 'UPDATE snapshot SET files = files + 1 WHERE id = 2');
  const report = await sandbox.repair();
  t.deepEqual(report.repairs, []);
  t.deepEqual(
    report.problems.map(({ kind, snapshots }) => [kind, ...snapshots]),
    [['catalog', 2]],
  );
  await sandbox.restore('now', { to: sandbox.at('restored') });
  const restored = await readTree(sandbox.at('restored'));
  t.deepEqual(treeDifferences(sandbox.snapshot(4).tree, restored), []);
});

test('without a sound copy nothing is touched', async (t) => {
  const sandbox = await recordNights(t, 2);
  await fs.truncate(catalogFile(sandbox.repository), 100);
  for (const id of [1, 2]) {
    const copy = sandbox.at(`repository/redis-rewind-data/catalog.${id}.zst`);
    await fs.writeFile(copy, flipped(await fs.readFile(copy)));
  }
  const before = await readTree(sandbox.repository);
  const error = await t.throwsAsync(sandbox.repair(), { instanceOf: CorruptError });
  t.regex(error.message, /none of its copies is sound/);
  const after = treeDifferences(before, await readTree(sandbox.repository));
  t.deepEqual(
    after.filter((line) => !line.includes('mtimeNs')),
    [],
  );
});

test('a copy of a catalog whose rows are not right is not used', async (t) => {
  const sandbox = await recordNights(t, 2);
  const { Catalog } = await import('../../../src/catalog/catalog.js');
  const { zstdCompressBuffer } = await import('../../../src/system/zstd/zstd.js');
  const file = catalogFile(sandbox.repository);
  const sound = await fs.readFile(file);
  runSql(sandbox.repository, 'UPDATE version SET uid = uid + 1');
  const catalog = Catalog.open(pathFromText(file), { readOnly: true });
  const forged = await zstdCompressBuffer(catalog.serialize(), 3);
  catalog.close();
  await fs.writeFile(sandbox.at('repository/redis-rewind-data/catalog.2.zst'), forged);
  await fs.writeFile(file, sound.subarray(0, 3000));
  const report = await sandbox.repair();
  t.regex(report.repairs[0]?.message ?? '', /as of snapshot 1$/);
  await allRestore(t, sandbox, 1);
});

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

test('a file of SOURCE that has grown since still has what was backed up', async (t) => {
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

test('what --also has added is put back from where it came from', async (t) => {
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

test('copies of the catalog are written again; damaged ones are kept', async (t) => {
  const sandbox = await recordNights(t);
  const data = (name: string): string => sandbox.at('repository/redis-rewind-data', name);
  await fs.truncate(data('catalog.3.zst'), 60);
  await fs.rm(data('catalog.4.zst'));
  const report = await sandbox.repair();
  t.deepEqual(kinds(report), [
    'kept redis-rewind-data/kept/1/catalog.3.zst',
    'catalog-copy redis-rewind-data/catalog.4.zst',
  ]);
  t.deepEqual(report.problems, []);
  await fs.rm(catalogFile(sandbox.repository));
  t.deepEqual((await sandbox.repair()).problems, []);
  await allRestore(t, sandbox);
});

test('a repair needs the lock, and a repository', async (t) => {
  const sandbox = await recordNights(t, 1);
  const lock = WriteLock.tryAcquire(
    pathFromText(sandbox.at('repository/redis-rewind-data/lock.sqlite3')),
  );
  await t.throwsAsync(sandbox.repair(), { instanceOf: LockedError });
  lock?.release();
  sandbox.repository = sandbox.at('nowhere');
  await t.throwsAsync(sandbox.repair(), { instanceOf: NoRepositoryError });
});

test('names in the catalog that lead out of the repository are refused', async (t) => {
  const sandbox = await recordNights(t, 1);
  await fs.writeFile(sandbox.at('victim'), 'must stay');
  forgeCatalog(
    sandbox.repository,
    "UPDATE version SET path = ? WHERE path = CAST('dump.rdb' AS BLOB)",
    Buffer.from('../victim'),
  );
  for (const name of await fs.readdir(sandbox.at('repository/redis-rewind-data'))) {
    if (name.endsWith('.zst')) await fs.rm(sandbox.at('repository/redis-rewind-data', name));
  }
  await t.throwsAsync(sandbox.repair({ source: sandbox.source }), { instanceOf: CorruptError });
  t.is(await fs.readFile(sandbox.at('victim'), 'utf8'), 'must stay');
});

test('the command tells what it did, line by line, and ends with 0 or 20', async (t) => {
  const sandbox = await recordNights(t, 2);
  const { repository, source } = sandbox;
  await fs.truncate(path.join(repository, 'dump.rdb'), 100);
  const left = await runCli(['verify', '--repair', repository]);
  t.is(left.code, 20, left.stderr);
  t.notRegex(left.stdout, /^repair:/m);
  const done = await runCli(['verify', '--repair', '--source', source, repository]);
  t.is(done.code, 0, done.stdout + done.stderr);
  t.regex(
    done.stdout,
    /^repair: what was there is kept as 'redis-rewind-data\/kept\/1\/mirror\/dump.rdb'\nrepair: 'dump.rdb' is put back from '.*\/source\/dump.rdb'\n\d+ versions checked, .*: no problem\n$/,
  );
  await fs.rm(catalogFile(repository));
  const json = await runCli(['verify', '--repair', '--json', repository]);
  t.is(json.code, 0);
  t.is((json.json() as RepairReport).repairs[0]?.kind, 'rebuilt-catalog');
  await fs.truncate(catalogFile(repository), 100);
  const hint = await runCli(['verify', repository]);
  t.is(hint.code, 20);
  t.regex(hint.stderr, /hint: 'redis-rewind verify --repair \/.*' rebuilds the catalog/);
});
