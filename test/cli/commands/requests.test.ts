// A command line becomes the right request to a use case.
import test from 'ava';
import { chooseCommand } from '../../../src/cli/choose-command.js';
import { toAofSwitchRequest } from '../../../src/cli/commands/aof.js';
import { toBackupRequest } from '../../../src/cli/commands/backup.js';
import { toListView } from '../../../src/cli/commands/list.js';
import { toRestoreRequest } from '../../../src/cli/commands/restore.js';
import { toRepairRequest, toVerifyRequest } from '../../../src/cli/commands/verify.js';
import { toWatchRequest } from '../../../src/cli/commands/watch.js';
import { parseArguments } from '../../../src/cli/options/parse-arguments.js';
import { resolvePathArgument } from '../../../src/cli/options/path-arguments.js';
import { UsageError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

const toPath = (argument: string) => resolvePathArgument(argument, () => pathFromText('/cwd'));

function backupRequest(line: string, environment: Record<string, string> = {}) {
  const parsed = parseArguments(line.split(' '));
  return toBackupRequest(parsed, chooseCommand(parsed).operands, toPath, environment);
}

function restoreRequest(line: string) {
  const parsed = parseArguments(line.split(' '));
  return toRestoreRequest(parsed, chooseCommand(parsed).operands, toPath);
}

test('a backup without options makes the default request', (t) => {
  t.deepEqual(backupRequest('backup /s r'), {
    namedSource: pathFromText('/s'),
    serverRequest: null,
    repository: pathFromText('/cwd/r'),
    create: true,
    also: [],
    rules: [],
    allowMoved: false,
    allowEmpty: false,
    force: false,
    rehash: false,
    hardLinksOfOthers: false,
    examine: true,
    isBeforeRecovery: false,
    alarmPercent: 50,
    tags: [],
    memoryBytes: null,
    waitLockMs: 0,
  });
});

test('every option of backup reaches the request', (t) => {
  const line =
    '--force --allow-moved --allow-empty --rehash --hard-links-of-others --no-examine --memory 96M --alarm 20% --tag a --tag b-1 --wait-lock 1.5 --also /etc/redis.conf --also users.acl --exclude a --include b /s /r';
  t.deepEqual(backupRequest(line), {
    namedSource: pathFromText('/s'),
    serverRequest: null,
    repository: pathFromText('/r'),
    create: true,
    also: [pathFromText('/etc/redis.conf'), pathFromText('/cwd/users.acl')],
    rules: [
      { kind: 'exclude', pattern: 'a' },
      { kind: 'include', pattern: 'b' },
    ],
    allowMoved: true,
    allowEmpty: true,
    force: true,
    rehash: true,
    hardLinksOfOthers: true,
    examine: false,
    isBeforeRecovery: false,
    alarmPercent: 20,
    tags: ['a', 'b-1'],
    memoryBytes: 96 * 1024 * 1024,
    waitLockMs: 1500,
  });
});

test('a server without SOURCE is asked for its directory, with the options of redis-cli', (t) => {
  const { namedSource, serverRequest: server } = backupRequest('backup --redis redis://h -a pw r', {
    REDISCLI_AUTH: 'other',
  });
  t.is(namedSource, null);
  t.is(server?.url?.reveal(), 'redis://h');
  t.is(server?.password?.reveal(), 'pw');
  t.is(server?.environmentPassword?.reveal(), 'other');
  t.is(server?.save, 'auto');
  t.is(server?.waitTimeoutMs, 3_600_000);
});

test('every option of a server reaches the request, SOURCE too', (t) => {
  const line =
    '-h host -p 1 --user u --pass-file pw --tls --cacert ca --cert c --key k --redis-conf /etc/r.conf --save none --wait-timeout 2.5 --keep-dump /s /r';
  const { namedSource, serverRequest: server } = backupRequest(line);
  t.is(namedSource, pathFromText('/s'));
  t.like(server, {
    url: null,
    host: 'host',
    port: '1',
    socket: null,
    user: 'u',
    password: null,
    passFile: pathFromText('/cwd/pw'),
    environmentPassword: null,
    tls: true,
    cacert: pathFromText('/cwd/ca'),
    cert: pathFromText('/cwd/c'),
    key: pathFromText('/cwd/k'),
    configuration: pathFromText('/etc/r.conf'),
    save: 'none',
    waitTimeoutMs: 2500,
    keepDump: true,
  });
});

test('Sentinels reach the request, and SOURCE may be left out', (t) => {
  const line =
    'backup --sentinel s1,s2:1 --sentinel s3 --master m --prefer replica --sentinel-user w --sentinel-pass-file f /r';
  const { namedSource, serverRequest: server } = backupRequest(line);
  t.is(namedSource, null);
  t.deepEqual(server?.sentinel, {
    addresses: ['s1,s2:1', 's3'],
    master: 'm',
    prefer: 'replica',
    user: 'w',
    passFile: pathFromText('/cwd/f'),
  });
  t.is(backupRequest('backup -p 1 /r').serverRequest?.sentinel, null);
});

test('REDISCLI_AUTH alone contacts no server', (t) => {
  t.is(backupRequest('backup /s /r', { REDISCLI_AUTH: 'pw' }).serverRequest, null);
});

for (const line of [
  '--master m /s /r',
  '--prefer replica -p 1 /r',
  '--save none /s /r',
  '--keep-dump /s /r',
  '-a x --pass-file f /r',
]) {
  test(`'${line}' is wrong usage`, (t) => {
    t.throws(() => backupRequest(line), { instanceOf: UsageError });
  });
}

for (const seconds of ['-1', 'x', '1e3', '0x10', ' 5', '1.', '', '1000001', 'Infinity']) {
  test(`--wait-lock refuses '${seconds}'`, (t) => {
    const parsed = {
      ...parseArguments(['/s', '/r']),
      values: new Map([['wait-lock', [seconds]]] as const),
    };
    t.throws(() => toBackupRequest(parsed, ['/s', '/r'], toPath, {}), { instanceOf: UsageError });
  });
}

for (const [text, bytes] of [
  ['1M', 2 ** 20],
  ['1536MiB', 1536 * 2 ** 20],
  ['0.5g', 2 ** 29],
  ['2048kb', 2 ** 21],
  ['4194304', 2 ** 22],
] as const) {
  test(`--memory takes '${text}'`, (t) => {
    t.is(backupRequest(`backup --memory ${text} /s /r`).memoryBytes, bytes);
  });
}

for (const text of ['', 'x', '-1M', '1023K', '2G', '1T', '1e9', '1M1']) {
  test(`--memory refuses '${text}'`, (t) => {
    const parsed = {
      ...parseArguments(['/s', '/r']),
      values: new Map([['memory', [text]]] as const),
    };
    t.throws(() => toBackupRequest(parsed, ['/s', '/r'], toPath, {}), {
      instanceOf: UsageError,
      message: `'--memory' takes a size from 1M to 1536M, but '${text}' was given`,
    });
  });
}

test('a restore is as of now unless a time is given', (t) => {
  t.deepEqual(restoreRequest('restore r/dump.rdb d'), {
    repositoryPath: '/cwd/r/dump.rdb',
    time: 'now',
    destination: pathFromText('/cwd/d'),
    isDirectoryNamed: false,
    force: false,
    setDestination: false,
    owner: null,
  });
});

test('every option of restore reaches the request', (t) => {
  t.deepEqual(restoreRequest('--force --set-dest --chown redis:104 -r 3D /r/a\\xff /d'), {
    repositoryPath: '/r/a\\xff',
    time: '3D',
    destination: pathFromText('/d'),
    isDirectoryNamed: false,
    force: true,
    setDestination: true,
    owner: 'redis:104',
  });
});

test('a DEST that ends in a slash or a dot is a directory', (t) => {
  for (const typed of ['d/', '/d/.', '.', '..', '/', './d/..']) {
    t.true(restoreRequest(`restore r/dump.rdb ${typed}`).isDirectoryNamed, typed);
  }
  for (const typed of ['d', '/d/x', './d', 'd.', '...', '..d']) {
    t.false(restoreRequest(`restore r/dump.rdb ${typed}`).isDirectoryNamed, typed);
  }
});

function view(line: string) {
  return toListView(parseArguments(line.split(' ')));
}

test('list shows snapshots, files or changes', (t) => {
  t.deepEqual(view('list /r'), { kind: 'snapshots' });
  t.deepEqual(view('list --files /r'), { kind: 'files', time: 'now' });
  t.deepEqual(view('list --files -r 2B /r'), { kind: 'files', time: '2B' });
  t.deepEqual(view('list --changed-since 2B /r'), { kind: 'changes', time: '2B' });
});

for (const line of [
  'list -r now /r',
  'list --files --changed-since 2B /r',
  'list -r 1B --changed-since 2B /r',
]) {
  test(`'${line}' is wrong usage`, (t) => {
    t.throws(() => view(line), { instanceOf: UsageError });
  });
}

function verifyRequest(line: string) {
  const parsed = parseArguments(line.split(' '));
  return toVerifyRequest(parsed, chooseCommand(parsed).operands, toPath);
}

function repairRequest(line: string) {
  const parsed = parseArguments(line.split(' '));
  return toRepairRequest(parsed, chooseCommand(parsed).operands, toPath);
}

for (const [line, time, mode] of [
  ['verify /r', null, { kind: 'full' }],
  ['verify -r 2B /r', '2B', { kind: 'full' }],
  ['verify --quick /r', null, { kind: 'quick' }],
  ['verify --deep /r', null, { kind: 'full' }],
  ['verify --sample 10% /r', null, { kind: 'sample', percent: 10 }],
  ['verify --sample 0.5 -r now /r', 'now', { kind: 'sample', percent: 0.5 }],
  ['verify --max-duration 30s /r', null, { kind: 'timed', maxDurationMs: 30_000 }],
  ['verify --max-duration 1h30m /r', null, { kind: 'timed', maxDurationMs: 5_400_000 }],
  ['verify --max-duration 1.5m /r', null, { kind: 'timed', maxDurationMs: 90_000 }],
] as const) {
  test(`'${line}' is read as meant`, (t) => {
    const deep = line.includes('--deep');
    t.deepEqual(verifyRequest(line), { repository: pathFromText('/r'), time, mode, deep });
  });
}

test('every option of a repair reaches the request', (t) => {
  t.deepEqual(repairRequest('verify --repair --source s --wait-lock 2 /r'), {
    repository: pathFromText('/r'),
    source: pathFromText('/cwd/s'),
    waitLockMs: 2000,
  });
  t.is(repairRequest('verify --repair /r').source, null);
});

for (const line of [
  'verify --quick --deep /r',
  'verify --quick --sample 10% /r',
  'verify --quick --max-duration 10m /r',
  'verify --sample 10% --max-duration 10m /r',
  'verify --source /s /r',
  'verify --wait-lock 5 /r',
  ...['0', '0%', '101%', '-5%', 'x', '10%%', '1e1', '%'].map(
    (text) => `verify --sample=${text} /r`,
  ),
  ...['0s', '10', '-5m', '10d', 'm', '5m5', '1e3s', '0.5s', '20000h'].map(
    (text) => `verify --max-duration=${text} /r`,
  ),
]) {
  test(`'${line}' is wrong usage`, (t) => {
    const parsed = parseArguments(line.split(' ', 10));
    t.throws(() => toVerifyRequest(parsed, ['/r'], toPath), { instanceOf: UsageError });
  });
}

for (const option of ['-r now', '--quick', '--sample 10%', '--max-duration 10m', '--deep']) {
  test(`--repair and ${option} do not go together`, (t) => {
    t.throws(() => repairRequest(`verify --repair ${option} /r`), { instanceOf: UsageError });
  });
}

function watchRequest(line: string) {
  const parsed = parseArguments(line.split(' '));
  return toWatchRequest(parsed, chooseCommand(parsed).operands, toPath, {});
}

test('a watch takes every save, makes no repository and lets the server save by itself', (t) => {
  const { backup, pace } = watchRequest('watch --redis redis://h r');
  t.deepEqual(pace, { debounceMs: 2000, minIntervalMs: 0 });
  t.is(backup.create, false);
  t.is(backup.serverRequest?.save, 'none');
  t.is(watchRequest('watch /s /r').backup.serverRequest, null);
});

test('the options of watch reach its request', (t) => {
  const line = '--debounce 1m30s --min-interval 2h --wait-lock 3 --exclude a --no-examine';
  const { backup, pace } = watchRequest(`watch ${line} /s /r`);
  t.deepEqual(pace, { debounceMs: 90_000, minIntervalMs: 7_200_000 });
  t.like(backup, { waitLockMs: 3000, examine: false, force: false });
  t.is(backup.rules.length, 1);
});

for (const line of [
  'watch /r',
  'watch --debounce 0s /s /r',
  'watch --min-interval 10 /s /r',
  'watch --force /s /r',
  'watch --save bgsave --redis redis://h /r',
  'watch --cacert x /s /r',
  'backup --debounce 2s /s /r',
]) {
  test(`'${line}' is wrong usage`, (t) => {
    t.throws(() => watchRequest(line), { instanceOf: UsageError });
  });
}

function aofRequest(line: string) {
  const parsed = parseArguments(line.split(' '));
  return toAofSwitchRequest(parsed, chooseCommand(parsed).operands, toPath, {});
}

test('the server options and --force reach the request of aof', (t) => {
  const { action, force, serverRequest } = aofRequest(
    'aof disable -h h -p 7 --user u --redis-conf r.conf --wait-timeout 5 --force',
  );
  t.deepEqual([action, force], ['disable', true]);
  t.like(serverRequest, { host: 'h', port: '7', user: 'u', waitTimeoutMs: 5000 });
  t.is(serverRequest.configuration, pathFromText('/cwd/r.conf'));
  t.false(aofRequest('--redis redis://h aof enable').force);
});

test('aof without a word, with another one, or without a server is wrong usage', (t) => {
  for (const [line, message] of [
    ['aof -p 7', 'aof takes enable|disable, but nothing was given'],
    ['aof -p 7 on', "aof takes enable or disable, but 'on' was given"],
    ['aof enable', 'aof enable is about a server, but no server is named'],
    ['aof -p 7 enable disable', "aof takes enable|disable, but 'enable' 'disable' was given"],
    ['aof -p 7 --save none enable', "option '--save' does not go with aof"],
  ] as const) {
    t.throws(() => aofRequest(line), { instanceOf: UsageError, message });
  }
});
