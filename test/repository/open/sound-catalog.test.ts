// A writer checks every table before it writes, in each format. What a digest cannot tell in an old format, an
// invariant tells.
import * as fs from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { CorruptError, NewerFormatError } from '../../../src/errors.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { runSql } from '../../support/repository/edit-catalog.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const fixtures = (await listRepositoryFixtures()).filter(({ shape }) => shape === 'redis-nights');

/** Each in a repository of the present format, with a verification. */
const DAMAGES: Readonly<Record<string, string>> = {
  'a smaller last id of the snapshots':
    "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'snapshot'",
  'a larger last id of the snapshots': "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'snapshot'",
  'no last id of the snapshots': "DELETE FROM sqlite_sequence WHERE name = 'snapshot'",
  'a larger last id of the increments':
    "UPDATE sqlite_sequence SET seq = seq + 1024 WHERE name = 'increment'",
  'no row of the repository': 'DELETE FROM repository',
  'another generation': 'UPDATE repository SET generation = generation + 1',
  'an operation that is not owed': "INSERT INTO owed_operation VALUES (1, 'sync', x'', NULL)",
  'another stat of a file': 'UPDATE source_state SET settled = 1 - settled',
  'another result of a verification': 'UPDATE verification SET problems = problems + 1',
  'another time of a check': 'UPDATE content_check SET checked_at = checked_at + 1',
  'another size of an increment': 'UPDATE increment SET plain_bytes = plain_bytes + 1',
  'a lost examination': 'DELETE FROM examination',
  'another mode in the newest snapshot':
    'UPDATE version SET mode = 511 WHERE last_snapshot IS NULL',
  'no newest snapshot': 'DELETE FROM snapshot WHERE id = 3',
  'a lost digest': "DELETE FROM table_digest WHERE name = 'repository'",
  'a digest too many': "INSERT INTO table_digest VALUES ('version', zeroblob(32))",
  'a format that is not the newest': 'PRAGMA user_version = 6',
};

for (const [what, sql] of Object.entries(DAMAGES)) {
  test(`a backup refuses a catalog with ${what}, verify finds it, and a repair mends it`, async (t) => {
    const sandbox = await createSandbox(t, { records: true, examines: true });
    for (const night of [1, 2, 3]) {
      await sandbox.write('appendonly.aof', '*1\r\n$4\r\nPING\r\n'.repeat(night));
      await sandbox.backup();
    }
    await sandbox.verify();
    runSql(sandbox.repository, sql);
    await refuses(t, sandbox);
    const { problems, repairs } = await sandbox.repair();
    t.deepEqual(problems, []);
    t.is(repairs[0]?.kind, 'rebuilt-catalog');
    await takesNext(t, sandbox, 4);
  });
}

for (const fixture of fixtures) {
  for (const [what, sql] of [
    ['a smaller last id', "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'snapshot'"],
    ['a larger last id', "UPDATE sqlite_sequence SET seq = 260 WHERE name = 'snapshot'"],
    ['no row of the repository', 'DELETE FROM repository'],
  ] as const) {
    test(`a backup refuses ${what} in format ${fixture.formatVersion}, and a repair mends it`, async (t) => {
      const sandbox = await createSandbox(t, { records: true });
      await unpackRepository(fixture, sandbox.repository);
      await sandbox.write('dump.rdb', 'the next dump');
      sandbox.context.setTime(Date.parse(fixture.manifest.snapshots.at(-1)?.time ?? ''));
      runSql(sandbox.repository, sql);
      await refuses(t, sandbox);
      t.deepEqual((await sandbox.repair()).problems, []);
      await takesNext(t, sandbox, 5);
    });
  }
}

async function refuses(t: ExecutionContext, sandbox: Sandbox): Promise<void> {
  const before = await readTree(sandbox.repository);
  await t.throwsAsync(sandbox.backup({ force: true }), { instanceOf: CorruptError });
  const changes = treeDifferences(before, await readTree(sandbox.repository));
  t.deepEqual(
    changes.filter((line) => !line.includes('mtimeNs')),
    [],
    'nothing is written',
  );
  const problems = await sandbox.verify().then(
    (report) => report.problems,
    (error: unknown) => (error instanceof CorruptError ? [error.message] : []),
  );
  t.true(problems.length > 0, 'verify finds it');
}

async function takesNext(t: ExecutionContext, sandbox: Sandbox, id: number): Promise<void> {
  const { snapshot } = await sandbox.backup({ force: true });
  t.is(snapshot.id, id);
  t.deepEqual(treeDifferences(await readTree(sandbox.source), await sandbox.restoredTree()), []);
}

test('a verification does not seal damage when it notes its result', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'a dump');
  await sandbox.backup();
  await sandbox.verify();
  runSql(sandbox.repository, 'UPDATE content_check SET checked_at = checked_at + 1');
  for (const look of ['first', 'second']) {
    const { problems, notes } = await sandbox.verify();
    t.regex(problems[0]?.message ?? '', /'content_check'/, look);
    t.true(notes.some(({ kind }) => kind === 'not-recorded'));
  }
});

test('a damaged format version is not taken for a newer format', async (t) => {
  const sandbox = await createSandbox(t);
  await fs.writeFile(sandbox.inSource('file'), 'a file');
  await sandbox.backup();
  runSql(sandbox.repository, 'PRAGMA user_version = 68');
  const error = t.throws(() => sandbox.list(), { instanceOf: CorruptError });
  t.regex(error.message, /unknown format 68/);
  t.regex(error.hint ?? '', /verify --repair/);
  runSql(sandbox.repository, 'CREATE TABLE newer (x)');
  t.throws(() => sandbox.list(), { instanceOf: NewerFormatError });
});

test('a backup refuses a catalog whose file has grown, and a repair mends it', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'a dump');
  await sandbox.backup();
  const file = sandbox.data('catalog.sqlite3');
  const { size } = await fs.stat(file);
  await fs.truncate(file, size + (1 << 20));
  await sandbox.write('dump.rdb', 'another dump');
  const error = await t.throwsAsync(sandbox.backup(), { instanceOf: CorruptError });
  t.is(
    error.message,
    `the catalog is damaged: the catalog's file has ${size + (1 << 20)} bytes, but should have ${size}`,
  );
  t.deepEqual((await sandbox.repair()).problems, []);
  t.is((await sandbox.backup()).snapshot.id, 2);
});
