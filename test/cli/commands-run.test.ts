// Runs the commands as processes on a small directory: what they print and where, whether their JSON is
// that of docs/cli.md, and their exit codes.
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { runCli, succeedCli } from '../support/program/cli.js';
import type { Sandbox } from '../support/sandbox/sandbox.js';
import { fieldGroups, sorted } from './cli-documentation.js';
import { backedUpTwice, createSmallSandbox, dumpOf } from './small-sandbox.js';

function keys(value: unknown): string[] {
  return sorted(Object.keys(value as object));
}

test('backup and restore print nothing under cron', async (t) => {
  const { source, repository, root } = await createSmallSandbox(t);
  const restored = path.join(root, 'restored');
  const lines = [
    ['backup', source, repository],
    ['--preserve-numerical-ids', '--no-file-statistics', source, repository],
    ['restore', repository, restored],
    ['-r', 'now', path.join(repository, 'dump.rdb'), path.join(root, 'dump.rdb')],
  ];
  for (const line of lines) {
    const { code, stdout, stderr } = await runCli(line);
    t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' }, line.join(' '));
  }
  t.deepEqual(await readFile(path.join(root, 'dump.rdb')), dumpOf('first'));
  t.is(await readFile(path.join(restored, 'appendonlydir/x'), 'utf8'), 'x');
});

test('--as-host names a machine whose host name changes, and the guard against an empty SOURCE stays', async (t) => {
  const { source, repository } = await createSmallSandbox(t);
  const line = ['backup', '--as-host', 'redis-0.cache', source, repository];
  await succeedCli(line);
  await succeedCli(line);
  const { code, stderr } = await runCli(['backup', source, repository]);
  t.is(code, 2);
  t.true(stderr.includes("'--as-host redis-0.cache'"), stderr);
  await rm(path.join(source, 'dump.rdb'));
  await rm(path.join(source, 'appendonlydir'), { recursive: true });
  const emptied = await runCli(line);
  t.is(emptied.code, 2);
  t.true(emptied.stderr.includes('is empty'), emptied.stderr);
  // Whoever allows it still has to confirm that it was meant.
  const allowed = await succeedCli([...line, '--allow-empty'], { expectedCode: 3 });
  t.regex(allowed.stderr, /warning: alarm: 'dump\.rdb' is gone/);
  t.is((await runCli(['backup', '--as-host', 'a b', source, repository])).code, 2);
});

test('status is a line for each repository, exit 0 or 3, and as documented in JSON', async (t) => {
  const { source, repository, root } = await createSmallSandbox(t);
  await succeedCli(['backup', source, repository]);
  const well = await succeedCli(['status', '--max-age', '26h', repository]);
  t.regex(well.stdout, /^\/.*: well: 1 snapshot, the newest \(1\) \d+s old, never verified\n$/);
  t.is((await succeedCli(['status', '-q', repository])).stdout, '');
  const other = path.join(root, 'other');
  await succeedCli(['backup', source, other]);
  const args = ['status', '--max-verify-age', '8D', repository, other];
  const both = await succeedCli(args, { expectedCode: 3 });
  t.regex(both.stdout, /^(?:\/.*: no verification of every byte is recorded\n){2}$/);
  const verbose = await succeedCli(['-v', ...args], { expectedCode: 3 });
  t.is(verbose.stdout.match(/^hint: /gm)?.length, 2);
  const report = (await succeedCli(['--json', ...args], { expectedCode: 3 })).json() as {
    repositories: object[];
  };
  t.deepEqual(keys(report), ['isWell', 'repositories']);
  for (const each of report.repositories)
    t.deepEqual(keys(each), sorted(fieldGroups('status')[0] ?? []));
  const none = await runCli(['status', path.join(root, 'none'), repository]);
  t.is(none.code, 10);
  t.regex(none.stdout, /none: .*\n.*redis: well: /);
  const wrong = await runCli(['status', '--max-age', 'soon', repository]);
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /'--max-age' takes a span/);
  t.is((await runCli(['status'])).code, 2);
});

test('-v prints the statistics on stderr', async (t) => {
  const { source, repository, root } = await createSmallSandbox(t);
  const backup = await succeedCli(['backup', '-v', source, repository]);
  t.is(backup.stdout, '');
  t.regex(backup.stderr, /^made the repository '.*'\nsnapshot 1 of .*\nfiles +2, \d+ B\nnew +2\n/);
  const restore = await succeedCli(['restore', '-v', repository, path.join(root, 'restored')]);
  t.is(restore.stdout, '');
  t.regex(restore.stderr, /^restored everything from snapshot 1 of .* to '.*'\n2 files, \d+ B, /);
});

test('a line without a command’s name does what the same line with the name does', async (t) => {
  const { repository, root } = await backedUpTwice(t);
  const file = path.join(repository, 'dump.rdb');
  for (const [index, line] of [
    ['restore', '-r', '1B'],
    ['--restore-as-of', '1B'],
  ].entries()) {
    const destination = path.join(root, `old-${index}.rdb`);
    await succeedCli([...line, file, destination]);
    t.deepEqual(await readFile(destination), dumpOf('first'));
  }
});

test('relative paths start at the working directory', async (t) => {
  const { root } = await createSmallSandbox(t);
  await succeedCli(['source/', './backups/../backups/redis'], { cwd: root });
  await succeedCli(['restore', 'backups/redis/dump.rdb', 'old.rdb'], { cwd: root });
  t.deepEqual(await readFile(path.join(root, 'old.rdb')), dumpOf('first'));
});

test('a warning is printed under cron and ends with exit 3', async (t) => {
  const { source, repository } = await createSmallSandbox(t);
  await symlink('/etc/passwd', path.join(source, 'link'));
  const { code, stdout, stderr } = await runCli([source, repository]);
  t.is(code, 3);
  t.is(stdout, '');
  t.regex(stderr, /^redis-rewind: warning: 'link' is a link to '\/etc\/passwd'.*\nhint: .*\n$/);
  const list = await succeedCli(['list', '-v', repository]);
  t.regex(list.stdout, /  !\n! snapshot 1: 'link' is a link/);
});

test('rules of --include and --exclude are tried in their order', async (t) => {
  const { source, repository } = await createSmallSandbox(t);
  await writeFile(path.join(source, 'a.log'), '');
  await writeFile(path.join(source, 'b.log'), '');
  await succeedCli(['--include', 'b.log', '--exclude', '*.log', source, repository]);
  const { stdout } = await succeedCli(['list', '--files', repository]);
  t.true(stdout.includes('b.log'), stdout);
  t.false(stdout.includes('a.log'), stdout);
});

const [backupFields] = fieldGroups('backup');
const [restoreFields] = fieldGroups('restore');
const [snapshotFields, remarkFields, fileFields, changeFields] = fieldGroups('list');
const [removalFields] = fieldGroups('remove');
const [saidFields] = fieldGroups('pin');
const [verifyFields, problemFields] = fieldGroups('verify');
const [infoFields] = fieldGroups('info');
const [errorFields] = fieldGroups('Errors');
const [noteFields] = fieldGroups('Notes');

test('--json of every command has the fields that are documented', async (t) => {
  const { source, repository, root } = await backedUpTwice(t);
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const result = await succeedCli(['--json', ...args]);
    t.is(result.stderr, '');
    t.is(result.stdout.indexOf('\n'), result.stdout.length - 1, 'one line');
    return result.json() as Record<string, unknown>;
  };
  const backup = await json('backup', source, repository);
  t.deepEqual(keys(backup), sorted(backupFields ?? []));
  t.deepEqual(keys(backup['snapshot']), sorted(snapshotFields ?? []));
  const restore = await json('restore', repository, path.join(root, 'restored'));
  t.deepEqual(keys(restore), sorted(restoreFields ?? []));
  const list = await json('list', repository);
  t.deepEqual(keys(list), ['notes', 'repository', 'snapshots']);
  t.deepEqual(
    keys((list['snapshots'] as unknown[])[0]),
    sorted([...(snapshotFields ?? []), ...(remarkFields ?? [])]),
  );
  const files = await json('list', '--files', repository);
  t.deepEqual(keys(files), ['files', 'notes', 'repository', 'snapshot']);
  t.deepEqual(keys((files['files'] as unknown[])[0]), sorted(fileFields ?? []));
  const changes = await json('list', '--changed-since', '2B', repository);
  t.deepEqual(keys(changes), ['changes', 'notes', 'repository', 'since', 'until']);
  t.deepEqual(keys((changes['changes'] as unknown[])[0]), sorted(changeFields ?? []));
  const pin = await json('pin', repository, '1');
  t.deepEqual(keys(pin), sorted(saidFields ?? []));
  const removal = await json('remove', '--keep-last', '2', '--dry-run', repository);
  t.deepEqual(keys(removal), sorted(removalFields ?? []));
  const verify = await json('verify', repository);
  t.deepEqual(keys(verify), sorted(verifyFields ?? []));
  const info = await json('info', repository);
  t.deepEqual(keys(info), sorted(infoFields ?? []));
});

test('notes, problems and errors have the fields that are documented', async (t) => {
  const { source, repository } = await backedUpTwice(t);
  await symlink('/etc/passwd', path.join(source, 'link'));
  const backup = await succeedCli(['--json', source, repository], { expectedCode: 3 });
  t.deepEqual(keys((backup.json() as { notes: unknown[] }).notes[0]), sorted(noteFields ?? []));
  await rm(path.join(repository, 'dump.rdb'));
  const verify = await succeedCli(['--json', 'verify', repository], { expectedCode: 20 });
  t.deepEqual(
    keys((verify.json() as { problems: unknown[] }).problems[0]),
    sorted(problemFields ?? []),
  );
  const error = await runCli(['-vv', '--json', 'list', path.join(repository, 'none')]);
  t.is(error.code, 10);
  t.is(error.stdout, '');
  t.deepEqual(keys(JSON.parse(error.stderr)), sorted(errorFields ?? []));
});

test('verify names the snapshots that a lost file affects, on stdout, with exit 20', async (t) => {
  const { repository } = await backedUpTwice(t);
  const sound = await succeedCli(['verify', repository]);
  t.regex(sound.stdout, /^\d+ versions checked, .*: no problem\n$/);
  const quiet = await succeedCli(['verify', '-q', repository]);
  t.is(quiet.stdout + quiet.stderr, '');
  await rm(path.join(repository, 'dump.rdb'));
  const { code, stdout, stderr } = await runCli(['verify', repository]);
  t.is(code, 20);
  t.is(stderr, '');
  t.regex(stdout, /^problem: 'dump.rdb': .*; cannot be restored as of snapshots? /m);
});

const FAILURES: [
  what: string,
  args: (sandbox: Sandbox) => string[],
  code: number,
  message: RegExp,
][] = [
  [
    'a SOURCE that is missing',
    ({ root, repository }) => [`${root}/none`, repository],
    2,
    /does not exist/,
  ],
  ['a REPO inside SOURCE', ({ source }) => [source, `${source}/backups`], 2, /lies inside/],
  ['a SOURCE other than before', ({ root, repository }) => [`${root}/backups`, repository], 2, /./],
  ['a folder that is no repository', ({ source }) => ['list', source], 10, /no repository/],
  ['a SOURCE inside REPO', ({ source, root }) => [source, root], 2, /lies inside/],
  [
    'a REPO with other things in it',
    ({ source, root }) => [source, `${root}/backups`],
    14,
    /is not empty and holds no repository/,
  ],
  ['a TIME before all', ({ repository, root }) => ['-r', '1000', repository, `${root}/d`], 13, /./],
  [
    'too many snapshots back',
    ({ repository, root }) => ['-r', '9B', repository, `${root}/d`],
    13,
    /./,
  ],
  [
    'a path that never existed',
    ({ repository, root }) => ['-r', 'now', `${repository}/no`, `${root}/d`],
    13,
    /./,
  ],
  [
    'a TIME that is none',
    ({ repository, root }) => ['-r', 'nonce', repository, `${root}/d`],
    2,
    /not a valid TIME/,
  ],
  [
    'a DEST that exists',
    ({ repository, source }) => ['-r', 'now', `${repository}/dump.rdb`, `${source}/dump.rdb`],
    14,
    /exists/,
  ],
];

for (const [what, args, code, message] of FAILURES) {
  test(`${what} ends with ${code}, one clear line and nothing on stdout`, async (t) => {
    const result = await runCli(args(await backedUpTwice(t)));
    t.is(result.code, code, result.stderr);
    t.is(result.stdout, '');
    const [first = '', ...others] = result.stderr.trimEnd().split('\n');
    t.regex(first, /^redis-rewind: [^ ]/);
    t.regex(first, message);
    t.true(others.length <= 1 && others.every((line) => line.startsWith('hint: ')), result.stderr);
  });
}
