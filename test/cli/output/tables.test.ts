// What list, verify and info print. Times are in UTC.
import test from 'ava';
import { formatChangeList, formatFileList, formatMode } from '../../../src/cli/output/file-list.js';
import { formatRepositorySummary } from '../../../src/cli/output/repository-summary.js';
import { formatSnapshotList } from '../../../src/cli/output/snapshot-table.js';
import {
  formatBackupStatistics,
  formatRestoreStatistics,
} from '../../../src/cli/output/statistics.js';
import { formatTable, textWidth } from '../../../src/cli/output/text-table.js';
import { formatRepair, formatVerification } from '../../../src/cli/output/verification.js';
import {
  sampleBackup,
  sampleFile,
  sampleInfo,
  sampleSnapshot,
  warning,
} from '../sample-reports.js';

const repository = '/srv/backups/redis';

test.before(() => {
  process.env['TZ'] = 'UTC';
});

test('columns are as wide as their widest cell', (t) => {
  const table = formatTable(
    [
      { title: 'n', align: 'right' },
      { title: 'name', align: 'left' },
    ],
    [
      ['1', 'größe'],
      ['100', 'x'],
    ],
  );
  t.is(table, '  n  name\n  1  größe\n100  x\n');
});

test('a combining mark takes no column', (t) => {
  t.is(textWidth('e\u0301'), 1);
  t.is(textWidth('ab'), 2);
});

test('an empty repository says so', (t) => {
  const text = formatSnapshotList({ repository, snapshots: [] }, false);
  t.is(text, "'/srv/backups/redis' holds no snapshot yet\n");
});

test('snapshots are a table', (t) => {
  const snapshots = [
    sampleSnapshot(),
    sampleSnapshot({ id: 10, time: '2026-11-23T02:00:00Z', addedBytes: 5000, changedFiles: 2 }),
  ];
  t.is(
    formatSnapshotList({ repository, snapshots }, false),
    [
      'id  time                        files     size    added  changed',
      ' 1  2026-11-22 02:00:00 +00:00      5  1.2 GiB      0 B        0',
      '10  2026-11-23 02:00:00 +00:00      5  1.2 GiB  4.9 KiB        2',
      '',
    ].join('\n'),
  );
});

test('the widest snapshots fit in 80 columns', (t) => {
  const snapshots = [
    sampleSnapshot({
      id: 99_999,
      files: 999_999,
      sourceBytes: 1024 ** 5 * 1000,
      addedBytes: 1024 ** 4 * 1023.9,
      changedFiles: 999_999,
      notes: [warning],
    }),
  ];
  const lines = formatSnapshotList({ repository, snapshots }, false).split('\n');
  t.deepEqual(
    lines.filter((line) => textWidth(line) > 80),
    [],
  );
});

test('a warning of a backup is marked, and shown when asked for', (t) => {
  const snapshots = [sampleSnapshot({ notes: [warning] })];
  const short = formatSnapshotList({ repository, snapshots }, false).split('\n');
  t.regex(short[1] as string, / !$/);
  t.is(short[2], '! its backup left a warning; list -v shows it');
  const long = formatSnapshotList({ repository, snapshots }, true).split('\n');
  t.is(long[2], `! snapshot 1: ${warning.message}`);
});

const MODES: [type: 'file' | 'directory' | 'symlink', mode: string, shown: string][] = [
  ['file', '0660', '-rw-rw----'],
  ['directory', '0755', 'drwxr-xr-x'],
  ['symlink', '0777', 'lrwxrwxrwx'],
  ['file', '4755', '-rwsr-xr-x'],
  ['file', '2640', '-rw-r-S---'],
  ['directory', '1777', 'drwxrwxrwt'],
  ['directory', '1776', 'drwxrwxrwT'],
  ['file', '0000', '----------'],
];

for (const [type, mode, shown] of MODES) {
  test(`a ${type} of mode ${mode} is shown as ${shown}`, (t) => {
    t.is(formatMode({ type, mode }), shown);
  });
}

const files = [
  sampleFile({ path: '.', type: 'directory', mode: '0750', size: null }),
  sampleFile(),
  sampleFile({ path: 'old.rdb', owner: null, group: null, stale: true, damaged: true }),
  sampleFile({ path: 'now', type: 'symlink', mode: '0777', size: null, linkTarget: 'dump.rdb' }),
];

test('files are shown as ls -l does', (t) => {
  t.is(
    formatFileList({ repository, snapshot: sampleSnapshot(), files }, false),
    [
      'mode        owner           size  modified          path',
      'drwxr-x---  redis:redis        -  2026-11-22 01:59  .',
      '-rw-rw----  redis:redis  2.0 KiB  2026-11-22 01:59  dump.rdb',
      '-rw-rw----  104:109      2.0 KiB  2026-11-22 01:59  old.rdb  (stale, damaged)',
      'lrwxrwxrwx  redis:redis        -  2026-11-22 01:59  now -> dump.rdb',
      '',
    ].join('\n'),
  );
});

test('owners are numbers when asked for', (t) => {
  const text = formatFileList({ repository, snapshot: sampleSnapshot(), files }, true);
  t.false(text.includes('redis:redis'), text);
  t.is(text.split('104:109').length, 5);
});

test('changes are one line a path', (t) => {
  const since = sampleSnapshot();
  const until = sampleSnapshot({ id: 2, time: '2026-11-23T02:00:00Z' });
  const changes = [
    { path: 'dump.rdb', change: 'changed' as const },
    { path: 'users.acl', change: 'metadata' as const },
    { path: 'x', change: 'new' as const },
  ];
  t.is(
    formatChangeList({ repository, since, until, changes }),
    [
      'changes since snapshot 1 of 2026-11-22 02:00:00 +00:00',
      'up to snapshot 2 of 2026-11-23 02:00:00 +00:00:',
      'changed   dump.rdb',
      'metadata  users.acl',
      'new       x',
      '',
    ].join('\n'),
  );
  t.is(
    formatChangeList({ repository, since, until, changes: [] }),
    'nothing changed since snapshot 1 of 2026-11-22 02:00:00 +00:00\n',
  );
});

const sound = {
  repository,
  mode: 'full' as const,
  versionsChecked: 12,
  contentsChecked: 8,
  bytesChecked: 3000,
  contentsLeft: 0,
  bytesLeft: 0,
  problems: [],
  notes: [],
};

test('a sound repository is one line, none when quiet', (t) => {
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
    { kind: 'put-back', path: 'dump.rdb', message: "'dump.rdb' is put back" },
  ] as const;
  t.is(formatRepair({ ...sound, repairs }, true), "repair: 'dump.rdb' is put back\n");
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

test('a restore prints what came from where', (t) => {
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
