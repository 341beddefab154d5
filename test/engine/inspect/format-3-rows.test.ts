// What format 3 keeps of servers and of what was found in their files, in a frozen repository: all of
// it is read back, and no change to it goes unnoticed.
import test from 'ava';
import { rm } from 'node:fs/promises';
import { listFiles } from '../../../src/engine/inspect/list.js';
import { CorruptError } from '../../../src/errors.js';
import type { TeardownContext } from '../../support/files/temporary-directory.js';
import { runSql } from '../../support/repository/edit-catalog.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function unpack(t: TeardownContext): Promise<Sandbox> {
  const fixtures = await listRepositoryFixtures();
  const fixture = fixtures.find(({ formatVersion, shape }) => {
    return formatVersion === 3 && shape === 'live-server';
  });
  if (fixture === undefined) throw new Error('no fixture');
  const sandbox = await createSandbox(t, { records: true });
  await unpackRepository(fixture, sandbox.repository);
  sandbox.recorded.push(...fixture.manifest.snapshots);
  return sandbox;
}

function files(sandbox: Sandbox, time: string) {
  return listFiles({ repository: sandbox.repositoryPath, time }, sandbox.context).files;
}

test('what servers reported and the findings in their files are read back', async (t) => {
  const sandbox = await unpack(t);
  const snapshots = sandbox.list();
  t.deepEqual(
    snapshots.map(({ server }) => [server?.version, server?.save, server?.databases]),
    [1, 2].map((count) => [
      '7.0.15',
      'bgsave',
      [
        { database: 0, keys: 1 + count, expiringKeys: count },
        ...[1, 2].slice(0, count).map((database) => ({ database, keys: 1, expiringKeys: 0 })),
      ],
    ]),
  );
  const examined = files(sandbox, 'now').filter((file) => file.examined !== null);
  t.deepEqual(
    examined.map((file) => [file.path, file.examined?.loads, file.examined?.keys]),
    [
      ['appendonlydir/appendonly.aof.1.base.rdb', true, 0],
      ['appendonlydir/appendonly.aof.1.incr.aof', true, null],
      ['dump.rdb', true, 5],
    ],
  );
});

/** Of two dumps, an incr of two lengths, and the base of both. */
const ROWS = 5;

const SERVER_SAID = 'UPDATE server SET said = replace(said, \'"primary"\', \'"replica"\')';

for (const { title, sql } of [
  { title: 'what a server said', sql: `${SERVER_SAID} WHERE snapshot = 1` },
  { title: 'that a server said anything', sql: 'DELETE FROM server WHERE snapshot = 1' },
]) {
  test(`${title} cannot change unnoticed`, async (t) => {
    const sandbox = await unpack(t);
    runSql(sandbox.repository, sql);
    const { problems } = await sandbox.verify();
    t.deepEqual(
      problems.map(({ kind, snapshots, message }) => ({ kind, snapshots, message })),
      [
        {
          kind: 'catalog',
          snapshots: [1],
          message: 'the rows of snapshot 1 are not as its backup wrote them',
        },
      ],
    );
    const first = sandbox.snapshot(1).time;
    await t.throwsAsync(sandbox.restore({ time: first, to: sandbox.at('old') }), {
      instanceOf: CorruptError,
    });
    const { repairs } = await sandbox.repair();
    t.is(repairs[0]?.kind, 'rebuilt-catalog');
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}

for (const { title, sql } of [
  { title: 'whether a file loads', sql: 'UPDATE examination SET loads = 0' },
  { title: 'what is wrong with a file', sql: "UPDATE examination SET problem = 'torn'" },
  { title: 'what was found in a file', sql: "UPDATE examination SET found = 'x' || found" },
]) {
  test(`${title} cannot change unnoticed, and counts as not known`, async (t) => {
    const sandbox = await unpack(t);
    runSql(sandbox.repository, sql);
    t.deepEqual(
      files(sandbox, 'now').filter((file) => file.examined !== null),
      [],
    );
    const { problems } = await sandbox.verify();
    t.deepEqual(
      problems.map(({ snapshots, message }) => [snapshots, message]),
      [[[], `rows of examinations are not as backups wrote them: ${ROWS}`]],
    );
    const { notes } = await sandbox.restore({ to: sandbox.at('now') });
    t.deepEqual(notes, []);
    t.is((await sandbox.repair()).repairs[0]?.kind, 'rebuilt-catalog');
    t.not(files(sandbox, 'now').filter((file) => file.examined !== null).length, 0);
  });
}

test('a lost examination is noticed as long as there is a copy of the catalog', async (t) => {
  const sandbox = await unpack(t);
  runSql(sandbox.repository, 'DELETE FROM examination');
  const { problems } = await sandbox.verify();
  t.deepEqual(
    problems.map(({ message }) => message),
    [
      "the rows of increments or examinations differ from those in the copy 'redis-rewind-data/catalog.2.zst'",
    ],
  );
  for (const copy of ['catalog.1.zst', 'catalog.2.zst']) {
    await rm(sandbox.inMirror('redis-rewind-data', copy));
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});
