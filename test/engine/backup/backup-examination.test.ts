// Dumps and AOF files are examined while they are read; what no server would load is kept and reported.
import { readFile, rm } from 'node:fs/promises';
import test from 'ava';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';
import { lookNames, noteNames } from '../../support/sandbox/note-names.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

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

test('each finding is in the report once', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', DUMP);
  await sandbox.write('appendonly.aof', `#TS:1700000001\r\n${COMMAND}#TS:1700000009\r\n${COMMAND}`);
  await sandbox.write('other.txt', 'REDIS, but no dump');
  const { examined, notes } = await sandbox.backup({ examine: true });
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
  t.deepEqual((await sandbox.backup({ examine: true })).examined, []);
});

test('a file that no server would load is kept and reported', async (t) => {
  const sandbox = await createSandbox(t);
  const cut = DUMP.subarray(0, 40);
  await sandbox.write('dump.rdb', cut);
  await sandbox.write('appendonly.aof', `${COMMAND}junk`);
  const { examined, notes, snapshot } = await sandbox.backup({ examine: true });
  t.deepEqual(lookNames(notes), ['would-not-load appendonly.aof', 'would-not-load dump.rdb']);
  t.deepEqual(
    examined.map((file) => file.loads),
    [false, false],
  );
  t.is(snapshot.notes.length, 2);
  t.deepEqual(await readFile(sandbox.inMirror('dump.rdb')), cut);
  t.deepEqual(lookNames((await sandbox.backup({ examine: true })).notes), lookNames(notes));
  t.deepEqual((await sandbox.backup({ examine: false, rehash: true })).notes, []);
});

test('a time beyond all calendars in a dump or an AOF is left out', async (t) => {
  const sandbox = await createSandbox(t);
  for (const time of [
    '9007199254740991',
    '8640000000001',
    '-8640000000001',
    '99999999999999999999',
  ]) {
    await sandbox.write('dump.rdb', writeRdb([], { 'redis-ver': '7.0.15', ctime: time }));
    await sandbox.write('appendonly.aof', `#TS:${time.replace('-', '')}\r\n${COMMAND}`);
    const { examined } = await sandbox.backup({ examine: true });
    t.deepEqual(
      examined.map(({ path, dumpTime, firstTime, lastTime }) => [
        path,
        dumpTime,
        firstTime,
        lastTime,
      ]),
      ['appendonly.aof', 'dump.rdb'].map((name) => [name, null, null, null]),
      time,
    );
    t.is(sandbox.files()['dump.rdb']?.examined?.dumpTime, null);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('an AOF that was cut while it was written is a remark', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('appendonly.aof', `${COMMAND}*1\r\n$4\r\nPI`);
  const { notes } = await sandbox.backup({ examine: true });
  t.deepEqual(noteNames(notes), ['cut-short appendonly.aof']);
  t.deepEqual(lookNames(notes), []);
});

test('the files that a manifest names must exist, and all but the last must be whole', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write(`${AOF}.manifest`, MANIFEST);
  await sandbox.write(`${AOF}.1.base.rdb`, DUMP);
  await sandbox.write(`${AOF}.1.incr.aof`, COMMAND);
  await sandbox.write(`${AOF}.2.incr.aof`, `${COMMAND}*1\r\n`);
  t.deepEqual(noteNames((await sandbox.backup({ examine: true })).notes), [
    `cut-short ${AOF}.2.incr.aof`,
  ]);
  await sandbox.write(`${AOF}.1.incr.aof`, `${COMMAND}*1\r\n`);
  t.deepEqual(lookNames((await sandbox.backup({ examine: true })).notes), [
    `would-not-load ${AOF}.1.incr.aof`,
  ]);
  await rm(sandbox.inSource(`${AOF}.1.base.rdb`));
  const missing = await sandbox.backup({ examine: true });
  t.deepEqual(lookNames(missing.notes), [
    'alarm -',
    `would-not-load ${AOF}.1.incr.aof`,
    `would-not-load ${AOF}.manifest`,
  ]);
  t.regex(missing.notes[0]?.message ?? '', /it names '.*base\.rdb', which is missing$/);
  await sandbox.write(`${AOF}.manifest`, 'nonsense\n');
  t.deepEqual(lookNames((await sandbox.backup({ examine: true })).notes), [
    `would-not-load ${AOF}.manifest`,
  ]);
});

test('a finding is kept until the file changes: list shows it and a restore warns', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', DUMP.subarray(0, 40));
  await sandbox.write('other', 'x');
  await sandbox.backup({ examine: true });
  t.like(sandbox.files()['dump.rdb']?.examined, { kind: 'dump', loads: false, rdbVersion: 10 });
  t.is(sandbox.files()['other']?.examined, null);
  await sandbox.write('dump.rdb', DUMP);
  await sandbox.backup({ examine: true });
  t.like(sandbox.files()['dump.rdb']?.examined, { loads: true, problem: null, keys: 2 });
  t.deepEqual(lookNames((await sandbox.restore()).notes), []);
  const old = await sandbox.restore({ time: '1B' });
  t.deepEqual(lookNames(old.notes), ['would-not-load dump.rdb']);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a repository of an older format has no examinations, and the next backup makes them', async (t) => {
  const sandbox = await createSandbox(t);
  const fixtures = await listRepositoryFixtures();
  const fixture = fixtures.find(
    ({ formatVersion, shape }) => formatVersion === 1 && shape === 'redis-nights',
  );
  if (fixture === undefined) throw new Error('no fixture');
  await unpackRepository(fixture, sandbox.repository);
  t.deepEqual(
    new Set(Object.values(sandbox.files()).map((file) => file.examined)),
    new Set([null]),
  );
  t.deepEqual(new Set(sandbox.list().map(({ server }) => server)), new Set([null]));
  await sandbox.write('dump.rdb', DUMP);
  // The fixture's snapshots lie in the future of this place's clock.
  const { notes } = await sandbox.backup({ examine: true, force: true });
  t.deepEqual(lookNames(notes), ['alarm -', 'clock-behind -'], 'another SOURCE, forced');
  t.like(sandbox.files()['dump.rdb']?.examined, { loads: true, keys: 2 });
});

test('a dump under any name is examined; a file that a server has not finished is not', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('backup.dat', DUMP);
  await sandbox.write('torn.dat', DUMP.subarray(0, 40));
  await sandbox.write('dump.rdb', `XX${DUMP.toString('latin1')}`);
  await sandbox.write('one/two/three/temp-17.rdb', DUMP.subarray(0, 40));
  const { examined, notes } = await sandbox.backup({ examine: true });
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
