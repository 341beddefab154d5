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
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { catalogFile, forgeCatalog, runSql } from '../../support/repository/edit-catalog.js';
import { isRoot, recordNights } from '../../support/repository/four-nights.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';
import { removeTree } from '../../support/files/temporary-directory.js';

function kinds({ repairs }: RepairReport): string[] {
  return repairs.map(({ kind, path: name }) => `${kind} ${name}`);
}

/** Every snapshot up to the last one given restores as it was. */
async function allRestore(t: ExecutionContext, history: RecordedHistory, last = 4): Promise<void> {
  for (const { id, time, tree } of history.snapshots.slice(0, last)) {
    const to = history.at(`restored-${id}`);
    await history.restore(to, { at: time });
    t.deepEqual(treeDifferences(tree, await readTree(to)), [], `snapshot ${id}`);
    await removeTree(to);
  }
}

test('a sound repository is left as it is', async (t) => {
  const history = await recordNights(t);
  const before = await readTree(history.repository);
  const report = await history.repair();
  t.deepEqual([report.repairs, report.problems, report.notes], [[], [], []]);
  const differences = treeDifferences(before, await readTree(history.repository));
  t.deepEqual(
    differences.filter((line) => !/mtimeNs|catalog.sqlite3: /.test(line)),
    [],
  );
});

for (const damage of [...DAMAGES, 'hostile', 'rows'] as const) {
  test(`a catalog with the damage '${damage}' is rebuilt from its copy, and kept`, async (t) => {
    const history = await recordNights(t);
    const file = catalogFile(history.repository);
    const sound = await fs.readFile(file);
    if (damage === 'delete') await fs.rm(file);
    else if (damage === 'truncate') await fs.truncate(file, sound.length >> 1);
    else if (damage === 'flip') await fs.writeFile(file, flipped(sound, 105));
    else if (damage === 'hostile') runSql(history.repository, 'CREATE VIEW v AS SELECT 1');
    else runSql(history.repository, 'UPDATE version SET mode = 511 WHERE id = 3');
    const damaged = damage === 'delete' ? null : await fs.readFile(file);

    const report = await history.repair();
    const kept = 'kept redis-rewind-data/kept/1/catalog.sqlite3';
    t.deepEqual(kinds(report), [
      'rebuilt-catalog redis-rewind-data/catalog.sqlite3',
      ...(damaged === null ? [] : [kept]),
    ]);
    t.deepEqual(report.problems, []);
    if (damaged !== null) {
      const place = history.at('repository/redis-rewind-data/kept/1/catalog.sqlite3');
      t.deepEqual(await fs.readFile(place), damaged);
    }
    await allRestore(t, history);
    await history.backUp();
    t.deepEqual((await history.verify()).problems, []);
  });
}

test('a row of an increment that no digest covers is mended from the copy', async (t) => {
  const history = await recordNights(t);
  runSql(history.repository, 'UPDATE increment SET basis = result WHERE kind = 2');
  t.true((await history.verify()).problems.some(({ kind }) => kind === 'content'));
  const report = await history.repair();
  t.is(report.repairs[0]?.kind, 'rebuilt-catalog');
  t.deepEqual(report.problems, []);
  await allRestore(t, history);
});

test('with an older copy alone, the older snapshots come back whole and the newer state is kept', async (t) => {
  const history = await recordNights(t);
  const data = (name: string): string => history.at('repository/redis-rewind-data', name);
  const newest = await readTree(history.repository);
  const increments = await fs.readdir(data('increments'));
  await fs.truncate(catalogFile(history.repository), 5000);
  await fs.truncate(data('catalog.4.zst'), 50);

  const report = await history.repair();
  t.deepEqual(report.problems, []);
  t.is(
    report.repairs[0]?.message.replace(/\(.*\)/, '()'),
    'the catalog is damaged (); it is rebuilt from its copy as of snapshot 3',
  );
  t.true(kinds(report).includes('put-back dump.rdb'), kinds(report).join('\n'));
  await allRestore(t, history, 3);

  const kept = await readTree(data('kept/1'));
  t.is(kept['mirror/dump.rdb']?.content, newest['dump.rdb']?.content);
  t.true('catalog.4.zst' in kept);
  const here = await fs.readdir(data('increments'));
  const there = await fs.readdir(data('kept/1/increments'));
  t.deepEqual([...here, ...there].toSorted(), increments.toSorted());

  await history.backUp();
  t.deepEqual((await history.verify()).problems, []);
  await history.restore(history.at('now'));
  t.deepEqual(
    treeDifferences(await readTree(history.source), await readTree(history.at('now'))),
    [],
  );
});

test('a file that only grew is kept whole before an older catalog cuts it back', async (t) => {
  const history = await recordNights(t, 2);
  const grown = 'appendonlydir/appendonly.aof.1.incr.aof';
  const newest = (await readTree(history.repository))[grown]?.content;
  const data = (name: string): string => history.at('repository/redis-rewind-data', name);
  await fs.rm(catalogFile(history.repository));
  await fs.rm(data('catalog.2.zst'));
  const report = await history.repair();
  t.deepEqual(report.problems, []);
  await allRestore(t, history, 1);
  t.is((await readTree(data('kept/1')))[`mirror/${grown}`]?.content, newest);
});

test('a catalog that is newer than its only sound copy is left, and the problem told', async (t) => {
  const history = await recordNights(t);
  await fs.rm(history.at('repository/redis-rewind-data/catalog.4.zst'));
  runSql(history.repository, 'UPDATE snapshot SET files = files + 1 WHERE id = 2');
  const report = await history.repair();
  t.deepEqual(report.repairs, []);
  t.deepEqual(
    report.problems.map(({ kind, snapshots }) => [kind, ...snapshots]),
    [['catalog', 2]],
  );
  await history.restore(history.at('restored'));
  const restored = await readTree(history.at('restored'));
  t.deepEqual(treeDifferences(history.snapshot(4).tree, restored), []);
});

test('without a sound copy nothing is touched', async (t) => {
  const history = await recordNights(t, 2);
  await fs.truncate(catalogFile(history.repository), 100);
  for (const id of [1, 2]) {
    const copy = history.at(`repository/redis-rewind-data/catalog.${id}.zst`);
    await fs.writeFile(copy, flipped(await fs.readFile(copy)));
  }
  const before = await readTree(history.repository);
  const error = await t.throwsAsync(history.repair(), { instanceOf: CorruptError });
  t.regex(error.message, /none of its copies is sound/);
  const after = treeDifferences(before, await readTree(history.repository));
  t.deepEqual(
    after.filter((line) => !line.includes('mtimeNs')),
    [],
  );
});

test('a copy of a catalog whose rows are not right is not used', async (t) => {
  const history = await recordNights(t, 2);
  const { Catalog } = await import('../../../src/catalog/catalog.js');
  const { zstdCompressBuffer } = await import('../../../src/system/zstd/zstd.js');
  const file = catalogFile(history.repository);
  const sound = await fs.readFile(file);
  runSql(history.repository, 'UPDATE version SET uid = uid + 1');
  const catalog = Catalog.open(pathFromText(file), { readOnly: true });
  const forged = await zstdCompressBuffer(catalog.serialize(), 3);
  catalog.close();
  await fs.writeFile(history.at('repository/redis-rewind-data/catalog.2.zst'), forged);
  await fs.writeFile(file, sound.subarray(0, 3000));
  const report = await history.repair();
  t.regex(report.repairs[0]?.message ?? '', /as of snapshot 1$/);
  await allRestore(t, history, 1);
});

for (const damage of DAMAGES) {
  test(`a mirror file with the damage '${damage}' is put back from SOURCE, and kept`, async (t) => {
    const history = await recordNights(t);
    const file = history.at('repository/dump.rdb');
    const mtime = (await readTree(file))['.']?.mtimeNs;
    await withDamage(file, damage, async () => {
      const without = await history.repair();
      t.true(
        without.repairs.every(({ kind }) => kind === 'metadata'),
        'nowhere are the bytes',
      );
      t.true(without.problems.length > 0);
      const report = await history.repair({ source: history.source });
      t.deepEqual(kinds(report).toSorted(), [
        ...(damage === 'delete' ? [] : ['kept redis-rewind-data/kept/1/mirror/dump.rdb']),
        'put-back dump.rdb',
      ]);
      t.deepEqual(report.problems, []);
      t.is((await readTree(file))['.']?.mtimeNs, mtime);
      await allRestore(t, history);
    });
  });
}

test('a file of SOURCE is taken only where its bytes are those that were backed up', async (t) => {
  const history = await recordNights(t);
  await fs.rm(history.at('repository/dump.rdb'));
  await fs.writeFile(history.at('source/dump.rdb'), 'another dump');
  t.true((await history.repair({ source: history.source })).problems.length > 0);
  t.false('dump.rdb' in (await readTree(history.repository)));
  await fs.rm(history.at('source/dump.rdb'));
  await fs.symlink('/dev/zero', history.at('source/dump.rdb'));
  t.true((await history.repair({ source: history.source })).problems.length > 0);
});

test('a file of SOURCE that has grown since still has what was backed up', async (t) => {
  const history = await recordNights(t, 1);
  const aof = 'appendonlydir/appendonly.aof.1.incr.aof';
  await fs.appendFile(history.at('source', aof), 'and more');
  await fs.truncate(history.at('repository', aof), 10);
  const report = await history.repair({ source: history.source });
  t.deepEqual(report.problems, []);
  await allRestore(t, history);
});

test('a mirror file is put back from another one with the same content', async (t) => {
  const history = await RecordedHistory.begin(t);
  for (const name of ['a', 'b']) await fs.writeFile(history.at('source', name), 'the same');
  await history.backUp();
  await fs.writeFile(history.at('repository/a'), 'not it');
  const report = await history.repair();
  t.deepEqual(report.problems, []);
  t.deepEqual(kinds(report), ['kept redis-rewind-data/kept/1/mirror/a', 'put-back a']);
  await allRestore(t, history);
});

test('what --also has added is put back from where it came from', async (t) => {
  const history = await RecordedHistory.begin(t);
  await fs.writeFile(history.at('redis.conf'), 'appendonly yes');
  await history.backUp({ also: [history.at('redis.conf')] });
  const file = history.at(`repository/redis-rewind-data/also/${history.at('redis.conf')}`);
  await fs.rm(file);
  const report = await history.repair({ source: history.source });
  t.deepEqual(report.problems, []);
  t.is(await fs.readFile(file, 'utf8'), 'appendonly yes');
});

test('directories, links and metadata of the mirror are put right from the catalog', async (t) => {
  const history = await recordNights(t);
  const at = (name: string): string => history.at('repository', name);
  const sound = await readTree(history.repository);
  await fs.rm(at('empty'), { recursive: true });
  await fs.writeFile(at('empty'), 'in the way');
  await fs.rm(at('latest'));
  await fs.mkdir(at('latest'));
  await fs.writeFile(at('latest/file'), 'of somebody');
  await fs.rm(at('changeling'));
  await fs.utimes(at('dump.rdb'), 1, 1);
  await fs.chmod(at('appendonlydir'), 0o777);
  if (isRoot) await fs.lchown(at('dump.rdb'), 0, 0);
  const report = await history.repair();
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
  const mended = await readTree(history.repository);
  const differences = treeDifferences(sound, mended);
  t.deepEqual(
    differences.filter((line) => !/^\.: mtimeNs|^redis-rewind-data/.test(line)),
    [],
  );
  t.is(mended['redis-rewind-data/kept/1/mirror/latest/file']?.type, 'file');
});

test('copies of the catalog are written again; damaged ones are kept', async (t) => {
  const history = await recordNights(t);
  const data = (name: string): string => history.at('repository/redis-rewind-data', name);
  await fs.truncate(data('catalog.3.zst'), 60);
  await fs.rm(data('catalog.4.zst'));
  const report = await history.repair();
  t.deepEqual(kinds(report), [
    'kept redis-rewind-data/kept/1/catalog.3.zst',
    'catalog-copy redis-rewind-data/catalog.4.zst',
  ]);
  t.deepEqual(report.problems, []);
  await fs.rm(catalogFile(history.repository));
  t.deepEqual((await history.repair()).problems, []);
  await allRestore(t, history);
});

test('a repair needs the lock, and a repository', async (t) => {
  const history = await recordNights(t, 1);
  const lock = WriteLock.tryAcquire(
    pathFromText(history.at('repository/redis-rewind-data/lock.sqlite3')),
  );
  await t.throwsAsync(history.repair(), { instanceOf: LockedError });
  lock?.release();
  history.repository = history.at('nowhere');
  await t.throwsAsync(history.repair(), { instanceOf: NoRepositoryError });
});

test('names in the catalog that lead out of the repository are refused', async (t) => {
  const history = await recordNights(t, 1);
  await fs.writeFile(history.at('victim'), 'must stay');
  forgeCatalog(
    history.repository,
    "UPDATE version SET path = ? WHERE path = CAST('dump.rdb' AS BLOB)",
    Buffer.from('../victim'),
  );
  for (const name of await fs.readdir(history.at('repository/redis-rewind-data'))) {
    if (name.endsWith('.zst')) await fs.rm(history.at('repository/redis-rewind-data', name));
  }
  await t.throwsAsync(history.repair({ source: history.source }), { instanceOf: CorruptError });
  t.is(await fs.readFile(history.at('victim'), 'utf8'), 'must stay');
});

test('the command tells what it did, line by line, and ends with 0 or 20', async (t) => {
  const history = await recordNights(t, 2);
  const { repository, source } = history;
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
