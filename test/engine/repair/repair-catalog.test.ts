// A damaged catalog is rebuilt from a sound copy, and the damaged one is kept.
import * as fs from 'node:fs/promises';
import test from 'ava';

import { CorruptError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { DAMAGES, flipped } from '../../support/damage/damage.js';
import { catalogFile, runSql } from '../../support/repository/edit-catalog.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { kinds, allRestore } from './repaired.js';

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
    'the catalog is damaged (); it was rebuilt from its copy as of snapshot 3',
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
  await sandbox.restore({ to: sandbox.at('now') });
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

for (const [table, sql] of [
  ['alarm', `UPDATE alarm SET reasons = '[]', confirmed_at = 1 WHERE snapshot = 3`],
  ['alarm', 'DELETE FROM alarm WHERE snapshot = 2'],
  ['content_check', 'UPDATE content_check SET checked_at = checked_at + 1'],
  ['examination', `INSERT INTO examination VALUES (1, 1, NULL, '[]', zeroblob(32))`],
  ['mark', `INSERT INTO mark VALUES (2, 0, 'a note', zeroblob(32))`],
  ['repository', 'DELETE FROM repository'],
  ['server', `INSERT INTO server (snapshot, said) VALUES (4, '')`],
  ['source_state', 'UPDATE source_state SET inode = inode + 1'],
  ['sqlite_sequence', `UPDATE sqlite_sequence SET seq = 0 WHERE name = 'snapshot'`],
  ['sqlite_sequence', `UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'snapshot'`],
  ['tag', `INSERT INTO tag VALUES (2, 'a-name', zeroblob(32))`],
  ['verification', 'UPDATE verification SET problems = problems + 1'],
  // A row that cannot be read.
  ['verification', 'UPDATE verification SET contents = -1'],
] as const) {
  test(`in a catalog that is newer than its copies, table ${table} is made anew: ${sql}`, async (t) => {
    const sandbox = await recordNights(t);
    await sandbox.verify();
    await fs.rm(sandbox.at('repository/redis-rewind-data/catalog.4.zst'));
    runSql(sandbox.repository, sql);
    const error = await t.throwsAsync(sandbox.backup());
    t.regex(error?.message ?? '', new RegExp(`^the catalog is damaged: .*'${table}'`));

    const report = await sandbox.repair();
    t.deepEqual(kinds(report), [
      'remade-tables redis-rewind-data/catalog.sqlite3',
      'kept redis-rewind-data/kept/1/catalog.sqlite3',
      'catalog-copy redis-rewind-data/catalog.4.zst',
    ]);
    t.true(
      report.repairs[0]?.message.endsWith(
        `; no snapshot needs the rows of ${table}, which were made anew`,
      ),
      report.repairs[0]?.message,
    );
    t.deepEqual(report.problems, []);
    await allRestore(t, sandbox);
    t.is((await sandbox.backup()).snapshot.id, 5);
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}

test('no repair unpins a snapshot or confirms an alarm', async (t) => {
  const sandbox = await createSandbox(t);
  for (const night of [1, 2, 3, 4]) {
    await sandbox.write('dump.rdb', String(night).repeat(night === 3 ? 10 : 1000));
    await sandbox.backup();
    if (night === 2) await sandbox.remark(1, { kind: 'pin', note: null });
  }
  await fs.rm(sandbox.at('repository/redis-rewind-data/catalog.4.zst'));
  runSql(sandbox.repository, 'UPDATE mark SET pinned = 0');
  runSql(sandbox.repository, 'UPDATE alarm SET confirmed_at = 1');
  await t.throwsAsync(sandbox.thin({ rules: { last: 1 } }), { instanceOf: CorruptError });
  t.deepEqual((await sandbox.repair()).problems, []);
  const { snapshots } = await sandbox.thin({ rules: { last: 1 }, force: true });
  t.deepEqual(
    snapshots.map(({ reasons }) => reasons.map(({ kind }) => kind)),
    [['pinned', 'before-alarm'], ['before-alarm'], ['alarm'], ['newest', 'last']],
  );
});

test('where nothing sound is known of a damaged table, a catalog without copies is left as it is', async (t) => {
  const sandbox = await recordNights(t, 1);
  await fs.rm(sandbox.at('repository/redis-rewind-data/catalog.1.zst'));
  runSql(sandbox.repository, 'DELETE FROM repository');
  const before = await fs.readFile(catalogFile(sandbox.repository));
  const error = await t.throwsAsync(sandbox.repair(), { instanceOf: CorruptError });
  t.regex(error.message, /none of its copies can be used/);
  t.deepEqual(await fs.readFile(catalogFile(sandbox.repository)), before);
});

test('a catalog that is newer than its copies and cannot be read is not replaced by one of them', async (t) => {
  const sandbox = await recordNights(t);
  await fs.rm(sandbox.at('repository/redis-rewind-data/catalog.4.zst'));
  runSql(sandbox.repository, 'UPDATE increment SET plain_bytes = -1 WHERE id = 1');
  const before = await fs.readFile(catalogFile(sandbox.repository));
  const error = await t.throwsAsync(sandbox.repair(), { instanceOf: CorruptError });
  t.regex(
    error.message,
    /it was left as it is, because snapshot 4 is in none of its whole copies$/,
  );
  t.regex(
    error.hint ?? '',
    /^restore snapshot 4 to another folder, move .* away, and repair again/,
  );
  t.deepEqual(await fs.readFile(catalogFile(sandbox.repository)), before);

  // What the hint says.
  await sandbox.restore({ to: sandbox.at('restored') });
  t.deepEqual(
    treeDifferences(sandbox.snapshot(4).tree, await readTree(sandbox.at('restored'))),
    [],
  );
  await fs.rm(catalogFile(sandbox.repository));
  t.deepEqual((await sandbox.repair()).problems, []);
  await allRestore(t, sandbox, 3);
});

test('a catalog that is newer than its only sound copy is left alone, and the problem is reported', async (t) => {
  const sandbox = await recordNights(t);
  await fs.rm(sandbox.at('repository/redis-rewind-data/catalog.4.zst'));
  runSql(sandbox.repository, 'UPDATE snapshot SET files = files + 1 WHERE id = 2');
  const report = await sandbox.repair();
  t.deepEqual(report.repairs, []);
  t.deepEqual(
    report.problems.map(({ kind, snapshots }) => [kind, ...snapshots]),
    [['catalog'], ['catalog', 2]],
  );
  t.deepEqual(
    report.notes.filter(({ severity }) => severity === 'look').map(({ kind }) => kind),
    ['left-damaged'],
  );
  await sandbox.restore({ to: sandbox.at('restored') });
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
  t.regex(error.message, /none of its copies can be used/);
  const after = treeDifferences(before, await readTree(sandbox.repository));
  t.deepEqual(
    after.filter((line) => !line.includes('mtimeNs')),
    [],
  );
});

test('a copy of the catalog with wrong rows is not used', async (t) => {
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
