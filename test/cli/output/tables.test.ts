// What list, verify and info print. Times are in UTC.
import test from 'ava';
import { formatChangeList, formatFileList, formatMode } from '../../../src/cli/output/file-list.js';
import { formatSnapshotList } from '../../../src/cli/output/snapshot-table.js';
import { formatTable, textWidth } from '../../../src/cli/output/text-table.js';
import { sampleFile, sampleListed, sampleSnapshot, warning } from '../sample-reports.js';

const repository = '/srv/backups/redis';

test.before(() => {
  process.env['TZ'] = 'UTC';
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

const files = [
  sampleFile({ path: '.', type: 'directory', mode: '0750', size: null }),
  sampleFile(),
  sampleFile({ path: 'old.rdb', owner: null, group: null, stale: true, damaged: true }),
  sampleFile({ path: 'now', type: 'symlink', mode: '0777', size: null, linkTarget: 'dump.rdb' }),
];

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

test('a list of no snapshots says that there are none', (t) => {
  const text = formatSnapshotList({ repository, snapshots: [], notes: [] }, false);
  t.is(
    text,
    "'/srv/backups/redis' holds no snapshot: its first backup was not finished; run the backup again\n",
  );
});

test('snapshots are printed as a table', (t) => {
  const snapshots = [
    sampleListed(),
    sampleListed({ id: 10, time: '2026-11-23T02:00:00Z', addedBytes: 5000, changedFiles: 2 }),
  ];
  t.is(
    formatSnapshotList({ repository, snapshots, notes: [] }, false),
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
    sampleListed({
      id: 99_999,
      files: 999_999,
      sourceBytes: 1024 ** 5 * 1000,
      addedBytes: 1024 ** 4 * 1023.9,
      changedFiles: 999_999,
      notes: [warning],
    }),
  ];
  const lines = formatSnapshotList({ repository, snapshots, notes: [] }, false).split('\n');
  t.deepEqual(
    lines.filter((line) => textWidth(line) > 80),
    [],
  );
});

test('tags, pins and alarms stand behind a snapshot, and what they mean below the table', (t) => {
  const reasons = [
    { kind: 'fewer-keys', path: 'dump.rdb', database: null, type: 'hash', before: 4000, now: 12 },
    { kind: 'vanished', path: 'a.aof', database: null, type: null, before: null, now: null },
  ];
  const snapshots = [
    sampleListed({ tags: ['a', 'before-upgrade'], pinned: true, pinNote: 'for the\naudit' }),
    sampleListed({ id: 2, alarm: { reasons, confirmedAt: null } }),
    sampleListed({ id: 3, alarm: { reasons, confirmedAt: '2026-11-24T02:00:00Z' } }),
  ];
  const short = formatSnapshotList({ repository, snapshots, notes: [] }, false).split('\n');
  t.regex(short[1] as string, / pinned a before-upgrade$/);
  t.regex(short[2] as string, / alarm$/);
  t.regex(short[3] as string, /0$/);
  const long = formatSnapshotList({ repository, snapshots, notes: [] }, true).split('\n');
  const alarm = "has an alarm: 'dump.rdb' has 12 keys of type hash, and had 4,000; 'a.aof' is gone";
  t.deepEqual(long.slice(4), [
    '  snapshot 1 is pinned: for the\\x0aaudit',
    `  snapshot 2 ${alarm}`,
    `  snapshot 3 ${alarm} (confirmed at 2026-11-24 02:00:00 +00:00)`,
    '',
  ]);
});

test('a warning of a backup is marked, and shown when asked for', (t) => {
  const snapshots = [sampleListed({ notes: [warning] })];
  const short = formatSnapshotList({ repository, snapshots, notes: [] }, false).split('\n');
  t.regex(short[1] as string, / !$/);
  t.is(short[2], '! its backup left a warning; list -v shows it');
  const long = formatSnapshotList({ repository, snapshots, notes: [] }, true).split('\n');
  t.is(long[2], `! snapshot 1: ${warning.message}`);
});

for (const [type, mode, shown] of MODES) {
  test(`a ${type} of mode ${mode} is shown as ${shown}`, (t) => {
    t.is(formatMode({ type, mode }), shown);
  });
}

test('files are shown as ls -l does', (t) => {
  t.is(
    formatFileList({ repository, snapshot: sampleSnapshot(), files, notes: [] }, false),
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

test('owners are shown as numbers on request', (t) => {
  const text = formatFileList({ repository, snapshot: sampleSnapshot(), files, notes: [] }, true);
  t.false(text.includes('redis:redis'), text);
  t.is(text.split('104:109').length, 5);
});

test('each changed path is printed on one line', (t) => {
  const since = sampleSnapshot();
  const until = sampleSnapshot({ id: 2, time: '2026-11-23T02:00:00Z' });
  const changes = [
    { path: 'dump.rdb', change: 'changed' as const },
    { path: 'users.acl', change: 'metadata' as const },
    { path: 'x', change: 'new' as const },
  ];
  t.is(
    formatChangeList({ repository, since, until, changes, notes: [] }),
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
    formatChangeList({ repository, since, until, changes: [], notes: [] }),
    'nothing changed since snapshot 1 of 2026-11-22 02:00:00 +00:00\n',
  );
});
