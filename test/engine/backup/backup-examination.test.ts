// Dumps and AOF files are examined while they are read; what no server would load is kept and reported.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { createBackupPlace, lookNames, noteNames } from '../../support/repository/backup-place.js';
import { writeRdb } from '../../support/redis/rdb-writer.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';

const DUMP = writeRdb(
  [
    { database: 0, key: 'a', value: { type: 'string', text: 'text' } },
    { database: 0, key: 'b', value: { type: 'hash', fields: [['f', 'v']] }, expiresAtMs: 9e12 },
  ],
  { 'redis-ver': '7.0.15', ctime: '1700000000' },
);
const COMMAND = '*1\r\n$4\r\nPING\r\n';
const AOF = 'appendonlydir/appendonly.aof';
const MANIFEST = [
  'file appendonly.aof.1.base.rdb seq 1 type b',
  'file appendonly.aof.1.incr.aof seq 1 type i',
  'file appendonly.aof.2.incr.aof seq 2 type i',
  '',
].join('\n');

test('what is found is in the report, once', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', DUMP);
  await place.write('appendonly.aof', `#TS:1700000001\r\n${COMMAND}#TS:1700000009\r\n${COMMAND}`);
  await place.write('other.txt', 'REDIS, but no dump');
  const { examined, notes } = await place.backup({ examine: true });
  t.deepEqual(notes, []);
  t.deepEqual(
    examined.map((file) => file.path),
    ['appendonly.aof', 'dump.rdb'],
  );
  t.like(examined[0], {
    kind: 'log',
    loads: true,
    problem: null,
    keys: null,
    commands: 2,
    firstTime: '2023-11-14T22:13:21Z',
    lastTime: '2023-11-14T22:13:29Z',
  });
  t.like(examined[1], {
    kind: 'dump',
    loads: true,
    rdbVersion: 10,
    serverVersion: '7.0.15',
    dumpTime: '2023-11-14T22:13:20Z',
    keys: 2,
    expiringKeys: 1,
    commands: null,
  });
  t.deepEqual(
    examined[1]?.types.map(({ type, keys }) => [type, keys]),
    [
      ['string', 1],
      ['hash', 1],
    ],
  );
  t.deepEqual((await place.backup({ examine: true })).examined, []);
});

test('what no server would load is kept and reported', async (t) => {
  const place = await createBackupPlace(t);
  const cut = DUMP.subarray(0, 40);
  await place.write('dump.rdb', cut);
  await place.write('appendonly.aof', `${COMMAND}junk`);
  const { examined, notes, snapshot } = await place.backup({ examine: true });
  t.deepEqual(lookNames(notes), ['would-not-load appendonly.aof', 'would-not-load dump.rdb']);
  t.deepEqual(
    examined.map((file) => file.loads),
    [false, false],
  );
  t.is(snapshot.notes.length, 2);
  t.deepEqual(await readFile(path.join(place.repository, 'dump.rdb')), cut);
  t.deepEqual(lookNames((await place.backup({ examine: true })).notes), lookNames(notes));
  t.deepEqual((await place.backup({ examine: false, rehash: true })).notes, []);
});

test('an AOF that was cut while it was written is a remark', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('appendonly.aof', `${COMMAND}*1\r\n$4\r\nPI`);
  const { notes } = await place.backup({ examine: true });
  t.deepEqual(noteNames(notes), ['cut-short appendonly.aof']);
  t.deepEqual(lookNames(notes), []);
});

test('a manifest must name files that are there, whole but for the last', async (t) => {
  const place = await createBackupPlace(t);
  await place.write(`${AOF}.manifest`, MANIFEST);
  await place.write(`${AOF}.1.base.rdb`, DUMP);
  await place.write(`${AOF}.1.incr.aof`, COMMAND);
  await place.write(`${AOF}.2.incr.aof`, `${COMMAND}*1\r\n`);
  t.deepEqual(noteNames((await place.backup({ examine: true })).notes), [
    `cut-short ${AOF}.2.incr.aof`,
  ]);
  await place.write(`${AOF}.1.incr.aof`, `${COMMAND}*1\r\n`);
  t.deepEqual(lookNames((await place.backup({ examine: true })).notes), [
    `would-not-load ${AOF}.1.incr.aof`,
  ]);
  await rm(path.join(place.source, `${AOF}.1.base.rdb`));
  const missing = await place.backup({ examine: true });
  t.deepEqual(lookNames(missing.notes), [
    `would-not-load ${AOF}.1.incr.aof`,
    `would-not-load ${AOF}.manifest`,
  ]);
  t.regex(missing.notes[0]?.message ?? '', /base\.rdb', which it names, is not there$/);
  await place.write(`${AOF}.manifest`, 'nonsense\n');
  t.deepEqual(lookNames((await place.backup({ examine: true })).notes), [
    `would-not-load ${AOF}.manifest`,
  ]);
});

test('what was found is kept: list tells it, a restore warns, until the file is another', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', DUMP.subarray(0, 40));
  await place.write('other', 'x');
  await place.backup({ examine: true });
  t.like(place.files()['dump.rdb']?.examined, { kind: 'dump', loads: false, rdbVersion: 10 });
  t.is(place.files()['other']?.examined, null);
  await place.write('dump.rdb', DUMP);
  await place.backup({ examine: true });
  t.like(place.files()['dump.rdb']?.examined, { loads: true, problem: null, keys: 2 });
  t.deepEqual(lookNames((await place.restore('now')).report.notes), []);
  const old = await place.restore('1B');
  t.deepEqual(lookNames(old.report.notes), ['would-not-load dump.rdb']);
  t.deepEqual((await place.verify()).problems, []);
});

test('a repository of an older format has no examinations, and gets them', async (t) => {
  const place = await createBackupPlace(t);
  const fixtures = await listRepositoryFixtures();
  const fixture = fixtures.find(
    ({ formatVersion, shape }) => formatVersion === 1 && shape === 'redis-nights',
  );
  if (fixture === undefined) throw new Error('no fixture');
  await unpackRepository(fixture, place.repository);
  t.deepEqual(new Set(Object.values(place.files()).map((file) => file.examined)), new Set([null]));
  t.deepEqual(new Set(place.snapshots().map(({ server }) => server)), new Set([null]));
  await place.write('dump.rdb', DUMP);
  // The fixture's snapshots lie in the future of this place's clock.
  const { notes } = await place.backup({ examine: true, force: true });
  t.deepEqual(lookNames(notes), ['clock-behind -']);
  t.like(place.files()['dump.rdb']?.examined, { loads: true, keys: 2 });
});

test('a dump under any name is examined, what a server has not finished is not', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('backup.dat', DUMP);
  await place.write('torn.dat', DUMP.subarray(0, 40));
  await place.write('dump.rdb', `XX${DUMP.toString('latin1')}`);
  await place.write('one/two/three/temp-17.rdb', DUMP.subarray(0, 40));
  const { examined, notes } = await place.backup({ examine: true });
  t.deepEqual(
    examined.map(({ path: name, loads }) => [name, loads]),
    [
      ['backup.dat', true],
      ['dump.rdb', false],
      ['torn.dat', false],
    ],
  );
  t.deepEqual(lookNames(notes), ['would-not-load dump.rdb', 'would-not-load torn.dat']);
});
