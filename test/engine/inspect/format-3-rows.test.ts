// What format 3 keeps of servers and of what was found in their files, in a frozen repository: it is there,
// and nothing in it changes unnoticed.
import test from 'ava';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { listFiles, listSnapshots } from '../../../src/engine/inspect/list.js';
import { CorruptError } from '../../../src/errors.js';
import { runSql } from '../../support/repository/edit-catalog.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';
import type { TeardownContext } from '../../support/files/temporary-directory.js';

async function unpack(t: TeardownContext): Promise<RecordedHistory> {
  const fixtures = await listRepositoryFixtures();
  const fixture = fixtures.find(({ formatVersion, shape }) => {
    return formatVersion === 3 && shape === 'live-server';
  });
  if (fixture === undefined) throw new Error('no fixture');
  const history = await RecordedHistory.begin(t);
  await unpackRepository(fixture, history.repository);
  history.snapshots.push(...fixture.manifest.snapshots);
  return history;
}

function files(history: RecordedHistory, time: string) {
  return listFiles({ repository: history.repositoryPath, time }, history.context).files;
}

test('what servers said and what was found in their files is read back', async (t) => {
  const history = await unpack(t);
  const { snapshots } = listSnapshots({ repository: history.repositoryPath }, history.context);
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
  const examined = files(history, 'now').filter((file) => file.examined !== null);
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
    const history = await unpack(t);
    runSql(history.repository, sql);
    const { problems } = await history.verify();
    t.deepEqual(
      problems.map(({ kind, snapshots, message }) => ({ kind, snapshots, message })),
      [
        {
          kind: 'catalog',
          snapshots: [1],
          message: 'the rows of snapshot 1 are not those of its backup',
        },
      ],
    );
    const first = history.snapshot(1).time;
    await t.throwsAsync(history.restore(history.at('old'), { at: first }), {
      instanceOf: CorruptError,
    });
    const { repairs } = await history.repair();
    t.is(repairs[0]?.kind, 'rebuilt-catalog');
    t.deepEqual((await history.verify()).problems, []);
  });
}

for (const { title, sql } of [
  { title: 'whether a file loads', sql: 'UPDATE examination SET loads = 0' },
  { title: 'what is wrong with a file', sql: "UPDATE examination SET problem = 'torn'" },
  { title: 'what was found in a file', sql: "UPDATE examination SET found = 'x' || found" },
]) {
  test(`${title} cannot change unnoticed, and counts as not known`, async (t) => {
    const history = await unpack(t);
    runSql(history.repository, sql);
    t.true(files(history, 'now').every((file) => file.examined === null));
    const { problems } = await history.verify();
    t.deepEqual(
      problems.map(({ snapshots, message }) => [snapshots, message]),
      [[[], `rows of examinations are not as backups wrote them: ${ROWS}`]],
    );
    const { notes } = await history.restore(history.at('now'));
    t.deepEqual(notes, []);
    t.is((await history.repair()).repairs[0]?.kind, 'rebuilt-catalog');
    t.true(files(history, 'now').some((file) => file.examined !== null));
  });
}

test('an examination that is gone is missed as long as there is a copy of the catalog', async (t) => {
  const history = await unpack(t);
  runSql(history.repository, 'DELETE FROM examination');
  const { problems } = await history.verify();
  t.deepEqual(
    problems.map(({ message }) => message),
    [
      "the rows of increments or examinations are not those of the copy 'redis-rewind-data/catalog.2.zst'",
    ],
  );
  for (const copy of ['catalog.1.zst', 'catalog.2.zst']) {
    await rm(path.join(history.repository, 'redis-rewind-data', copy));
  }
  t.deepEqual((await history.verify()).problems, []);
});
