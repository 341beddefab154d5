// What verify, repair, info, backup and restore print for a person.
import test from 'ava';
import { formatAofSwitch } from '../../../src/cli/output/aof-switch.js';
import { formatRepositorySummary } from '../../../src/cli/output/repository-summary.js';
import {
  formatBackupStatistics,
  formatRestoreStatistics,
} from '../../../src/cli/output/statistics.js';
import { formatRepair, formatVerification } from '../../../src/cli/output/verification.js';
import { sampleBackup, sampleInfo, sampleSnapshot } from '../sample-reports.js';

const repository = '/srv/backups/redis';

test.before(() => {
  process.env['TZ'] = 'UTC';
});

const sound = {
  repository,
  mode: 'full' as const,
  versionsChecked: 12,
  contentsChecked: 8,
  bytesChecked: 3000,
  contentsLeft: 0,
  bytesLeft: 0,
  examined: null,
  problems: [],
  notes: [],
};

test('verify prints one line for a sound repository, and none when quiet', (t) => {
  t.is(formatVerification(sound, false), '12 versions checked, 2.9 KiB: no problem\n');
  t.is(formatVerification(sound, true), '');
});

test('each problem names the snapshots it affects, quiet or not', (t) => {
  const problems = [
    { path: 'dump.rdb', snapshots: [1, 2, 3, 5], kind: 'content', message: 'has other content' },
    { path: 'a', snapshots: [7], kind: 'content', message: 'is gone' },
    { path: 'x', snapshots: [], kind: 'mirror-entry', message: 'belongs to no snapshot' },
  ] as const;
  for (const isQuiet of [false, true]) {
    t.is(
      formatVerification({ ...sound, problems }, isQuiet),
      [
        "problem: 'dump.rdb': has other content; cannot be restored as of snapshots 1-3, 5",
        "problem: 'a': is gone; cannot be restored as of snapshot 7",
        "problem: 'x': belongs to no snapshot; no snapshot is lost by it",
        '12 versions checked, 2.9 KiB: 3 problems',
        '',
      ].join('\n'),
    );
  }
});

test('info names what the repository holds', (t) => {
  t.is(
    formatRepositorySummary(sampleInfo()),
    [
      'repository  /srv/backups/redis',
      'id          3f0c',
      'format      2',
      'created     2026-11-20 02:00:00 +00:00',
      'source      /var/lib/redis on redis1',
      'snapshots   2',
      'oldest      2026-11-22 02:00:00 +00:00 (1)',
      'newest      2026-11-23 02:00:00 +00:00 (2)',
      'mirror      5 files, 1.2 GiB',
      'increments  3, 4.6 MiB',
      'catalog     40.0 KiB',
      'total       1.2 GiB',
      'verified    never, or not recorded',
      '',
    ].join('\n'),
  );
});

test('verify says what was not checked', (t) => {
  const text = (changes: object): string => formatVerification({ ...sound, ...changes }, false);
  t.is(text({ mode: 'quick' }), 'names, sizes and the catalog checked: no problem\n');
  const left = { contentsLeft: 24, bytesLeft: 5000 };
  t.is(text({ mode: 'sample', ...left }), '8 contents of 32 checked, 2.9 KiB: no problem\n');
  t.is(
    text({ mode: 'timed', ...left }),
    '8 contents checked, 2.9 KiB; 24 contents left, 4.9 KiB for the next run: no problem\n',
  );
  t.is(
    text({ mode: 'timed' }),
    '8 contents checked, 2.9 KiB, and with them every one: no problem\n',
  );
});

test('repairs are printed, quiet or not', (t) => {
  const repairs = [
    { kind: 'put-back', path: 'dump.rdb', message: "'dump.rdb' was put back" },
  ] as const;
  t.is(formatRepair({ ...sound, repairs }, true), "repair: 'dump.rdb' was put back\n");
});

test('info shows the last verification', (t) => {
  const lastVerification = {
    mode: 'timed' as const,
    snapshot: 3,
    startedAt: '2026-11-23T02:50:00Z',
    finishedAt: '2026-11-23T03:00:00Z',
    problems: 1,
    contentsChecked: 2,
    bytesChecked: 2048,
    contentsLeft: 1,
    bytesLeft: 1024,
  };
  const shown = (changes: object): string | undefined =>
    /^verified +(.*)$/m.exec(
      formatRepositorySummary(
        sampleInfo({ lastVerification: { ...lastVerification, ...changes } }),
      ),
    )?.[1];
  const time = '2026-11-23 03:00:00 +00:00';
  t.is(shown({}), `${time}, a part (2.0 KiB, 1.0 KiB left), of snapshot 3: 1 problem`);
  const all = { snapshot: null, problems: 0 };
  t.is(shown({ mode: 'full', ...all }), `${time}, every byte (2.0 KiB): no problem`);
  t.is(shown({ mode: 'quick', ...all }), `${time}, names and sizes only: no problem`);
  t.is(shown({ mode: 'sample', ...all }), `${time}, a sample (2.0 KiB): no problem`);
});

test('info shows the last verification of every byte where a later one is not of every byte', (t) => {
  const full = {
    mode: 'full' as const,
    snapshot: null,
    startedAt: '2026-11-22T02:50:00Z',
    finishedAt: '2026-11-22T03:00:00Z',
    problems: 0,
    contentsChecked: 2,
    bytesChecked: 2048,
    contentsLeft: 0,
    bytesLeft: 0,
  };
  const quick = { ...full, mode: 'quick' as const, startedAt: '2026-11-23T02:50:00Z' };
  const shown = (lastVerification: typeof full | typeof quick): string | undefined =>
    /^in full +(.*)$/m.exec(
      formatRepositorySummary(sampleInfo({ lastVerification, lastFullVerification: full })),
    )?.[1];
  t.is(shown(quick), '2026-11-22 03:00:00 +00:00, every byte (2.0 KiB): no problem');
  t.is(shown(full), undefined);
});

test('info says when a mirror is unfinished and when there is no snapshot', (t) => {
  const text = formatRepositorySummary(sampleInfo({ unfinished: true, oldest: null }));
  t.regex(text, /^oldest +none$/m);
  t.regex(text, /^unfinished +the last backup was interrupted after its commit/m);
});

test('a backup prints its statistics', (t) => {
  t.is(
    formatBackupStatistics(sampleBackup()),
    [
      'snapshot 2 of 2026-11-22 02:00:00 +00:00',
      'files       5, 1.2 GiB',
      'new         1',
      'changed     2',
      'deleted     0',
      'increments  4.6 MiB',
      'added       4.7 MiB beside the mirror',
      'elapsed     1.2 s',
      '',
    ].join('\n'),
  );
  const first = formatBackupStatistics(sampleBackup({ created: true }));
  t.true(first.startsWith("made the repository '/srv/backups/redis'\n"), first);
});

test('a restore prints what it restored, from which snapshot and to which place', (t) => {
  const report = {
    repository,
    snapshot: sampleSnapshot(),
    path: 'dump.rdb',
    destination: '/var/lib/redis/dump.rdb',
    files: 1,
    bytes: 2048,
    elapsedMs: 20,
    notes: [],
  };
  const from = 'from snapshot 1 of 2026-11-22 02:00:00 +00:00';
  t.is(
    formatRestoreStatistics(report),
    `restored 'dump.rdb' ${from} to '/var/lib/redis/dump.rdb'\n1 file, 2.0 KiB, 0.02 s\n`,
  );
  t.regex(formatRestoreStatistics({ ...report, path: '.' }), /^restored everything from/);
});

const switched = {
  server: '127.0.0.1:6379',
  action: 'enable',
  wasOn: false,
  isOn: true,
  proof: 'files',
  files: ['/data/appendonlydir/a.manifest', '/data/appendonlydir/a.1.base.rdb'],
  dump: null,
  survives: true,
  keptBy: 'server',
  configuration: '/etc/redis/redis.conf',
  elapsedMs: 1,
  notes: [],
} as const;

test('aof says in a few lines what is true now', (t) => {
  t.is(
    formatAofSwitch(switched),
    [
      'the AOF of Redis at 127.0.0.1:6379 is on',
      "it is on the disk: 2 files, the first '/data/appendonlydir/a.manifest'",
      "it stays on when the server starts again: the server has written '/etc/redis/redis.conf' (CONFIG REWRITE)",
      '',
    ].join('\n'),
  );
  const off = { ...switched, action: 'disable', wasOn: true, isOn: false } as const;
  t.is(
    formatAofSwitch({ ...off, dump: '/data/dump.rdb', keptBy: 'edit' }),
    [
      'the AOF of Redis at 127.0.0.1:6379 is off',
      "everything was saved first, to '/data/dump.rdb'",
      "the files of the AOF stay, and are old from now on: a start with 'appendonly yes' would load them (2 files, the first '/data/appendonlydir/a.manifest')",
      "it stays off when the server starts again: '/etc/redis/redis.conf' was edited",
      '',
    ].join('\n'),
  );
  t.is(
    formatAofSwitch({
      ...switched,
      wasOn: true,
      proof: 'server',
      files: [],
      survives: false,
      keptBy: null,
    }),
    [
      'the AOF of Redis at 127.0.0.1:6379 is on, as it was before',
      'the server says that it is written; its files cannot be seen from here',
      'this may not survive the next start: see the warning',
      '',
    ].join('\n'),
  );
});
