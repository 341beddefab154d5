// What a recovery does, and what it refuses, by table: which files go where, and what becomes of the AOF.
import test, { type ExecutionContext } from 'ava';

import { planRecovery } from '../../../../src/engine/recover/plan/plan-recovery.js';
import type { RecoveryPlan } from '../../../../src/engine/recover/plan/recovery-plan.js';
import { RewindError } from '../../../../src/errors.js';
import { parseAofManifest } from '../../../../src/persistence/aof/aof-manifest.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import {
  START,
  createAofSet,
  createDataFile,
  createDump,
  createFacts,
  createRunning,
  createSettings,
} from '../../../support/redis/recovery-facts.js';

type Facts = Parameters<typeof createFacts>[0];

const ID = '20261128T031500Z';
const ON = createSettings({ isAofOn: true });
const ON_SINGLE = createSettings({ isAofOn: true, aofFolder: null });
const V6 = { product: 'redis', major: 6, minor: 2 } as const;
const V3 = { product: 'redis', major: 3, minor: 2 } as const;
const LOG = createAofSet({
  kind: 'log',
  manifest: null,
  files: [createDataFile('appendonly.aof', { rdbVersion: null, databases: null, commands: 9 })],
});
const BROKEN_AOF = createAofSet({ fault: "it names 'x', which is missing" });
const BROKEN_DUMP = createDump({ verdict: 'broken', problem: 'its checksum is wrong' });
/** As Redis 3.2 writes it. */
const OLD_DUMP = createDump({ rdbVersion: 7 });

function plan(facts: Facts): RecoveryPlan {
  return planRecovery(createFacts(facts), ID);
}

function placed({ files }: RecoveryPlan): string[] {
  return files.placed.map(({ from, to }) => `${from} → ${to}`);
}

function refusalOf(t: ExecutionContext, facts: Facts): RewindError {
  const error = t.throws(() => plan(facts));
  if (!(error instanceof RewindError)) throw error ?? new Error('it was not refused');
  return error;
}

interface FilesCase {
  readonly title: string;
  readonly facts: Facts;
  readonly protocol: RecoveryPlan['files']['protocol'];
  readonly why: RecoveryPlan['choice']['why'];
  readonly placed: readonly string[];
}

const SET_PLACED = [
  'appendonlydir/appendonly.aof.1.base.rdb → appendonlydir/appendonly.aof.1.base.rdb',
  'appendonlydir/appendonly.aof.1.incr.aof → appendonlydir/appendonly.aof.1.incr.aof',
  'appendonlydir/appendonly.aof.manifest → appendonlydir/appendonly.aof.manifest',
];

const FILES: readonly FilesCase[] = [
  {
    title: 'a dump gets its own name where the AOF is off',
    facts: { target: { settings: createSettings({ dumpName: pathFromText('other.rdb') }) } },
    protocol: 'rdb-plain',
    why: 'only',
    placed: ['dump.rdb → other.rdb'],
  },
  {
    title: 'a dump becomes the base of an AOF from 7.0 on',
    facts: { target: { settings: ON } },
    protocol: 'rdb-as-base',
    why: 'only',
    placed: ['dump.rdb → appendonlydir/appendonly.aof.1.base.rdb'],
  },
  {
    title: 'a dump becomes the AOF of a server of 4.0 to 6.2',
    facts: { target: { settings: ON_SINGLE, version: V6 }, data: { dump: OLD_DUMP } },
    protocol: 'rdb-as-preamble',
    why: 'only',
    placed: ['dump.rdb → appendonly.aof'],
  },
  {
    title: 'a server before 4.0 loads the dump first, and writes its AOF then',
    facts: { target: { settings: ON_SINGLE, version: V3 }, data: { dump: OLD_DUMP } },
    protocol: 'classic',
    why: 'only',
    placed: ['dump.rdb → dump.rdb'],
  },
  {
    title: 'a set is taken where the server said that its AOF was on, although the dump is newer',
    facts: {
      target: { settings: ON },
      data: { aof: createAofSet({ lastWriteSeconds: 1 }), wasAofOn: true },
    },
    protocol: 'aof-set',
    why: 'recorded',
    placed: SET_PLACED,
  },
  {
    title:
      'the dump is taken where the server said that its AOF was off, although the AOF is newer',
    facts: { data: { aof: createAofSet(), wasAofOn: false } },
    protocol: 'rdb-plain',
    why: 'recorded',
    placed: ['dump.rdb → dump.rdb'],
  },
  {
    title: 'nobody was asked: a set that was written after the dump is taken',
    facts: { target: { settings: ON }, data: { aof: createAofSet({ lastWriteSeconds: 2000 }) } },
    protocol: 'aof-set',
    why: 'newer',
    placed: SET_PLACED,
  },
  {
    title: 'nobody was asked: a dump that was made after the last write to the set is taken',
    facts: { target: { settings: ON }, data: { aof: createAofSet({ lastWriteSeconds: 1999 }) } },
    protocol: 'rdb-as-base',
    why: 'newer',
    placed: ['dump.rdb → appendonlydir/appendonly.aof.1.base.rdb'],
  },
  {
    title: 'the manifest gets the name that the server looks for, and the files keep theirs',
    facts: {
      target: {
        settings: createSettings({
          isAofOn: true,
          aofFolder: pathFromText('log'),
          aofName: pathFromText('my.aof'),
        }),
      },
      data: { dump: null, aof: createAofSet() },
    },
    protocol: 'aof-set',
    why: 'only',
    placed: [
      'appendonlydir/appendonly.aof.1.base.rdb → log/appendonly.aof.1.base.rdb',
      'appendonlydir/appendonly.aof.1.incr.aof → log/appendonly.aof.1.incr.aof',
      'appendonlydir/appendonly.aof.manifest → log/my.aof.manifest',
    ],
  },
  {
    title: 'an AOF of one file gets the name from which a server of 7.0 makes its base',
    facts: {
      target: { settings: createSettings({ isAofOn: true, aofName: pathFromText('my.aof') }) },
      data: { dump: null, aof: LOG },
    },
    protocol: 'aof-log',
    why: 'only',
    placed: ['appendonly.aof → my.aof'],
  },
  {
    title: 'an AOF that no server loads gives way to the dump',
    facts: { target: { settings: ON }, data: { aof: BROKEN_AOF, wasAofOn: true } },
    protocol: 'rdb-as-base',
    why: 'aof-broken',
    placed: ['dump.rdb → appendonlydir/appendonly.aof.1.base.rdb'],
  },
  {
    title: 'a server with its AOF off gets the dump that was saved for the snapshot',
    facts: {
      data: { dump: createDump({ isSavedForSnapshot: true }), aof: createAofSet(), wasAofOn: true },
    },
    protocol: 'rdb-plain',
    why: 'aof-off',
    placed: ['dump.rdb → dump.rdb'],
  },
  {
    title: '--use rdb takes the dump although the AOF was on',
    facts: {
      target: { settings: ON },
      data: { aof: createAofSet(), wasAofOn: true },
      use: 'rdb',
    },
    protocol: 'rdb-as-base',
    why: 'asked',
    placed: ['dump.rdb → appendonlydir/appendonly.aof.1.base.rdb'],
  },
  {
    title: '--use aof takes the AOF although the dump is newer',
    facts: {
      target: { settings: ON },
      data: { aof: createAofSet({ lastWriteSeconds: 1 }) },
      use: 'aof',
    },
    protocol: 'aof-set',
    why: 'asked',
    placed: SET_PLACED,
  },
];

for (const { title, facts, protocol, why, placed: expected } of FILES) {
  test(title, (t) => {
    const planned = plan(facts);
    t.is(planned.files.protocol, protocol);
    t.is(planned.choice.why, why);
    t.deepEqual(placed(planned), expected);
    t.is(planned.files.manifest !== null, protocol === 'rdb-as-base');
  });
}

test('the manifest of a new AOF names its base, and a server of 7.0 reads it', (t) => {
  const settings = createSettings({
    isAofOn: true,
    aofFolder: pathFromText('log'),
    aofName: pathFromText('my log.aof'),
  });
  const { manifest } = plan({ target: { settings } }).files;
  t.is(manifest?.to, pathFromText('log/my log.aof.manifest'));
  t.is(manifest?.bytes.toString('utf8'), 'file "my log.aof.1.base.rdb" seq 1 type b\n');
  t.is(parseAofManifest(manifest?.bytes ?? Buffer.alloc(0)).base?.sequence, 1n);
});

interface Refusal {
  readonly title: string;
  readonly facts: Facts;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly hint: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a replica is refused, and its primary is named',
    facts: { target: { running: createRunning({ role: 'replica', primary: '10.0.0.1:6379' }) } },
    exitCode: 30,
    message: /is a replica of 10\.0\.0\.1:6379$/,
    hint: /recover the primary at 10\.0\.0\.1:6379/,
  },
  {
    title: 'a server is refused whose Sentinels would make a replica the primary meanwhile',
    facts: { target: { running: createRunning({ replicas: 2, isWatched: true }) } },
    exitCode: 30,
    message: /2 replicas, and the Sentinels would/,
    hint: /SENTINEL REMOVE/,
  },
  {
    title: 'a node of a cluster with a replica is refused',
    facts: { target: { running: createRunning({ replicas: 1, isCluster: true }) } },
    exitCode: 30,
    message: /a replica, and its cluster would/,
    hint: /stop the replicas first/,
  },
  {
    title: 'a server is refused of which nobody knows whether its AOF is on',
    facts: { target: { settings: createSettings({ isAofOn: null }) } },
    exitCode: 2,
    message: /not known whether the server in '\/var\/lib\/redis' starts with its append-only file/,
    hint: /--redis-conf/,
  },
  {
    title: 'a snapshot without data of a server is refused',
    facts: { data: { dump: null } },
    exitCode: 13,
    message: /has no dump/,
    hint: /list --files/,
  },
  {
    title: '--use rdb without a dump names what there is',
    facts: { data: { dump: null, aof: createAofSet() }, use: 'rdb' },
    exitCode: 13,
    message: /has no dump/,
    hint: /--use aof/,
  },
  {
    title: '--use aof without an AOF names what there is',
    facts: { target: { settings: ON }, use: 'aof' },
    exitCode: 13,
    message: /has no append-only file/,
    hint: /--use rdb/,
  },
  {
    title: 'a dump that no server loads is refused, and the AOF is not taken in its place unasked',
    facts: { data: { dump: BROKEN_DUMP, aof: createAofSet({ lastWriteSeconds: 1 }) } },
    exitCode: 20,
    message: /no server would load 'dump\.rdb' of the snapshot: its checksum is wrong/,
    hint: /--use aof/,
  },
  {
    title: 'an AOF and a dump that no server loads are refused',
    facts: {
      target: { settings: ON },
      data: { dump: BROKEN_DUMP, aof: BROKEN_AOF, wasAofOn: true },
    },
    exitCode: 20,
    message:
      /no server would load 'appendonlydir\/appendonly\.aof\.manifest' of the snapshot: it names/,
    hint: /choose an older snapshot/,
  },
  {
    title: 'an AOF that an assumed configuration would not load: the file is to be named',
    facts: {
      target: { settings: createSettings({ knownFrom: 'directory' }) },
      data: { aof: createAofSet(), wasAofOn: true },
    },
    exitCode: 2,
    message: /no configuration file is known/,
    hint: /--redis-conf FILE; or .* --use rdb/,
  },
  {
    title: '--use aof under appendonly no is refused',
    facts: { data: { aof: createAofSet() }, use: 'aof' },
    exitCode: 2,
    message: /'appendonly no'/,
    hint: /'appendonly yes'/,
  },
  {
    title: 'an older dump is not taken in the place of the AOF unasked where the AOF is off',
    facts: { data: { aof: createAofSet(), wasAofOn: true } },
    exitCode: 2,
    message: /'appendonly no'/,
    hint: /--use rdb, which may be older/,
  },
  {
    title: 'a dump that is newer than the server can load is refused',
    facts: { data: { dump: createDump({ rdbVersion: 12 }) } },
    exitCode: 30,
    message: /RDB version 12, which Redis 7\.0 does not load/,
    hint: /Redis 7\.4 or newer/,
  },
  {
    title: 'a base that is newer than the server can load is refused',
    facts: {
      target: { settings: ON },
      data: { aof: createAofSet({ files: [createDataFile('d/b', { rdbVersion: 80 })] }) },
    },
    exitCode: 30,
    message: /RDB version 80, which Redis 7\.0 does not load/,
    hint: /Valkey 9\.0 or newer/,
  },
  {
    title: 'a set is refused where the server keeps its AOF in one file',
    facts: {
      target: { settings: ON_SINGLE, version: null },
      data: { dump: null, aof: createAofSet() },
    },
    exitCode: 2,
    message: /'appendonlydir\/appendonly\.aof\.manifest' of the snapshot is a set/,
    hint: /7\.0 or newer/,
  },
  {
    title: 'an AOF of one file is not planned for a server of unknown version',
    facts: { target: { settings: ON_SINGLE, version: null } },
    exitCode: 2,
    message: /version of the server is not known/,
    hint: /--redis/,
  },
  {
    title: 'a server that an unknown supervisor keeps running is refused',
    facts: { target: { supervision: { kind: 'other', what: 'a container engine' } } },
    exitCode: 30,
    message: /kept running by a container engine/,
    hint: /--stop-cmd COMMAND --start-cmd COMMAND/,
  },
  {
    title: 'a server that could not be started again is not stopped',
    facts: { target: { supervision: { kind: 'none', start: null } } },
    exitCode: 30,
    message: /nothing shows how the server \(process 4711\) was started/,
    hint: /--start-cmd/,
  },
];

for (const { title, facts, exitCode, message, hint } of REFUSALS) {
  test(title, (t) => {
    const error = refusalOf(t, facts);
    t.is(error.exitCode, exitCode);
    t.regex(error.message, message);
    t.regex(error.hint ?? '', hint);
  });
}

test('a cut end is loaded in the last file of a set, and in no other', (t) => {
  const base = createDataFile('appendonlydir/b', { rdbVersion: null });
  const cut = createDataFile('appendonlydir/i', {
    verdict: 'cut',
    problem: 'it ends',
    rdbVersion: null,
  });
  const last = {
    target: { settings: ON },
    data: { dump: null, aof: createAofSet({ files: [base, cut] }) },
  };
  t.is(plan(last).files.protocol, 'aof-set');
  const inner = { ...last, data: { dump: null, aof: createAofSet({ files: [cut, base] }) } };
  t.is(refusalOf(t, inner).exitCode, 20);
});

test('what a server would load or write over is moved aside, and nothing else', (t) => {
  const names = ['appendonly.aof', 'appendonlydir', 'dump.rdb', 'dump.rdb.old', 'nodes.conf'];
  const target = { names: names.map(pathFromText), settings: ON };
  t.deepEqual(plan({ target }).aside, {
    folder: pathFromText(`/var/lib/redis.before-recover-${ID}`),
    isWithin: false,
    names: ['appendonly.aof', 'appendonlydir', 'dump.rdb'].map(pathFromText),
    data: ['dump.rdb', 'appendonly.aof', 'appendonlydir'].map(pathFromText),
  });
});

test('files stay within a directory that nothing can be moved out of', (t) => {
  const { aside } = plan({ target: { isMovableOut: false } });
  t.is(aside.folder, pathFromText(`/var/lib/redis/.redis-rewind-aside-${ID}`));
  t.deepEqual(aside.names, []);
});

const STOPS = [
  {
    supervision: { kind: 'systemd', unit: 'redis-server.service' },
    stop: { kind: 'program', words: ['systemctl', 'stop', '--', 'redis-server.service'] },
    start: { kind: 'program', words: ['systemctl', 'start', '--', 'redis-server.service'] },
  },
  {
    supervision: { kind: 'service', name: 'redis-server' },
    stop: { kind: 'program', words: ['service', 'redis-server', 'stop'] },
    start: { kind: 'program', words: ['service', 'redis-server', 'start'] },
  },
  {
    supervision: { kind: 'commands', stop: 'sv down redis', start: 'sv up redis' },
    stop: { kind: 'shell', line: 'sv down redis' },
    start: { kind: 'shell', line: 'sv up redis' },
  },
  {
    supervision: { kind: 'none', start: START },
    stop: { kind: 'shutdown' },
    start: { kind: 'again', command: START },
  },
] as const;

for (const { supervision, stop, start } of STOPS) {
  test(`a server is stopped and started by its supervisor: ${supervision.kind}`, (t) => {
    const planned = plan({ target: { supervision } });
    t.deepEqual(planned.stop, stop as RecoveryPlan['stop']);
    t.deepEqual(planned.start, start as RecoveryPlan['start']);
  });
}

test('where no server runs, its supervisor is told to stop all the same, and SHUTDOWN is not sent', (t) => {
  const unit = { kind: 'systemd', unit: 'redis-server.service' } as const;
  t.is(plan({ target: { running: null, supervision: unit } }).stop.kind, 'program');
  const alone = plan({ target: { running: null, supervision: { kind: 'none', start: null } } });
  t.is(alone.stop.kind, 'nothing');
  t.is(alone.start.kind, 'by-hand');
});

test('the keys of a dump are expected, less those that may have expired', (t) => {
  const { expected, notes } = plan({});
  t.deepEqual(expected, {
    databases: [{ database: 0, keys: 12, expiringKeys: 3 }],
    countedIn: pathFromText('dump.rdb'),
    expired: null,
    expiredMost: 3,
  });
  t.deepEqual(
    notes.map(({ kind, severity }) => [kind, severity]),
    [['expiring-keys', 'info']],
  );
  t.regex(notes[0]?.message ?? '', /^of 12 keys 3 have a time to live/);
  for (const [expired, passed] of [
    [2, /: it has passed for 2 of them, which the server drops$/],
    [0, /: it has not passed for any of them$/],
  ] as const) {
    t.regex(plan({ expired }).notes[0]?.message ?? '', passed);
  }
});

test('with commands of an AOF the number of keys is known only after loading, and the plan says so', (t) => {
  const { expected, notes } = plan({
    target: { settings: ON },
    data: { dump: null, aof: createAofSet() },
  });
  t.deepEqual(expected, {
    databases: null,
    countedIn: null,
    expired: null,
    expiredMost: null,
  });
  t.deepEqual(
    notes.map(({ kind }) => kind),
    ['unknown-keys'],
  );
});

test('an AOF of a base and an empty incr has the keys of its base', (t) => {
  const files = [
    createDataFile('d/base', { commands: 0 }),
    createDataFile('d/incr', { sizeBytes: 0, rdbVersion: null, databases: null, commands: 0 }),
  ];
  const { expected } = plan({
    target: { settings: ON },
    data: { dump: null, aof: createAofSet({ files }) },
  });
  t.is(expected.databases?.[0]?.keys, 12);
});

test('the plan tells of replicas, of a dump that nobody can judge, and of an older dump', (t) => {
  const replicas = plan({ target: { running: createRunning({ replicas: 2 }) } }).notes;
  t.true(replicas.some(({ kind, message }) => kind === 'replicas' && /2 replicas/.test(message)));
  const unknown = plan({
    data: { dump: createDump({ verdict: 'unknown', problem: 'type 99' }) },
  }).notes;
  t.true(unknown.some(({ kind, severity }) => kind === 'cannot-be-checked' && severity === 'look'));
  const older = plan({ target: { settings: ON }, data: { aof: BROKEN_AOF, wasAofOn: true } }).notes;
  t.true(older.some(({ kind, severity }) => kind === 'would-not-load' && severity === 'look'));
});
