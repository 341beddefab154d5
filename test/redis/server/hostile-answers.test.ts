// Answers of the wrong type, numbers and texts beyond reason, and names that lead elsewhere: one line, a
// hint and exit 30, or a value that is left out. Nothing of them reaches the terminal raw.
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { formatError, toErrorReport } from '../../../src/cli/output/errors.js';
import { plain } from '../../../src/cli/output/styles.js';
import { contactServer } from '../../../src/engine/server/contact-server.js';
import { RewindError } from '../../../src/errors.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { runCli } from '../../support/program/cli.js';
import { createTestContext } from '../../support/program/run-context.js';
import {
  type FakeAnswer,
  type HonestAnswers,
  honestReply,
  listReply,
  startFakeServer,
  textReply,
} from '../../support/redis/servers/fake-server.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import { serverRequest } from '../../support/redis/server-request.js';

interface Refusal {
  readonly message: RegExp;
  readonly hint?: RegExp;
  /** 30 unless given. */
  readonly exitCode?: number;
}

/** A fake server that must be refused, with lines for people that are short and show every control character. */
async function isRefused(
  t: ExecutionContext,
  answer: FakeAnswer,
  { message, hint, exitCode = 30 }: Refusal,
  isSentinel = false,
): Promise<void> {
  const { port } = await startFakeServer(t, answer);
  const addresses = [`127.0.0.1:${port}`];
  const sentinel = { addresses, master: null, prefer: null, user: null, passFile: null };
  const request = isSentinel
    ? serverRequest(port, { host: null, port: null, sentinel })
    : serverRequest(port);
  const error: unknown = await t.throwsAsync(contactServer(request, null, createTestContext()));
  if (!(error instanceof RewindError)) {
    t.fail(String(error));
    return;
  }
  t.is(error.exitCode, exitCode, error.message);
  t.regex(error.message, message);
  if (hint !== undefined) t.regex(error.hint ?? '', hint);
  const shown = formatError(toErrorReport(error, false), plain);
  t.true(shown.length < 2000, `${shown.length} characters`);
  t.false(/[^\P{Cc}\n]/u.test(shown), JSON.stringify(shown));
  t.is(shown.split('\n').length, error.hint === undefined ? 2 : 3, shown);
}

/** Says `reply` to one command. */
function saying(command: string, reply: string): FakeAnswer {
  return (words) => (words.join(' ') === command ? reply : null);
}

const NO_VERSION = { message: /does not report its version$/, hint: /Redis or Valkey/ };
const NO_TIME = { message: /does not tell the time$/, hint: /Redis or Valkey/ };

test('a version that is not one, and INFO that is not a text', async (t) => {
  const odd = ['*1\r\n+redis_version:7\r\n', ':7\r\n', '*-1\r\n', '$-1\r\n', '+\r\n'];
  const versions = ['', '\x1b[2J7.0', 'seven', `7${'.0'.repeat(200_000)}`, '7.0 \x07'];
  const replies = [...odd, ...versions.map((version) => textReply(`redis_version:${version}\r\n`))];
  for (const reply of replies) await isRefused(t, saying('INFO server', reply), NO_VERSION);
});

test('a time that is not one', async (t) => {
  const odd = [':5\r\n', '+5\r\n', '*0\r\n', '*1\r\n*1\r\n+5\r\n', '*1\r\n$-1\r\n'];
  const times = ['', '1e9', '-5', '9'.repeat(30), '12\x1b[2J'];
  const replies = [...odd, ...times.map((time) => listReply([time, '0']))];
  for (const reply of replies) await isRefused(t, saying('TIME', reply), NO_TIME);
});

test('a setting that is not a text', async (t) => {
  const replies = [
    ':5\r\n',
    '+/data\r\n',
    '$-1\r\n',
    '*1\r\n+dir\r\n',
    '*2\r\n+dir\r\n:5\r\n',
    '*-1\r\n',
  ];
  for (const reply of [...replies, `*2\r\n+dir\r\n${listReply(['/data'])}`]) {
    await isRefused(t, saying('CONFIG GET dir', reply), {
      message: /does not answer CONFIG GET dir$/,
      hint: /Redis or Valkey/,
    });
  }
});

test('names of files that are not single names, and a directory that is not absolute', async (t) => {
  const cases: [setting: string, value: string, says: RegExp][] = [
    ['dbfilename', 'sub/shadow', /its dbfilename is 'sub\/shadow', which is not a single name$/],
    ['dbfilename', '', /'', which is empty$/],
    ['dbfilename', '..', /is not a single name$/],
    ['dbfilename', 'a\0b', /'a\\x00b', which has a NUL byte in it$/],
    ['dbfilename', `\x1b[2J${'x'.repeat(300)}`, /is longer than 255 bytes$/],
    ['appendfilename', '../appendonly.aof', /its appendfilename is .*not a single name$/],
    ['appenddirname', '/etc', /its appenddirname is '\/etc', which is not a single name$/],
    ['appenddirname', '.', /its appenddirname is '\.', which is not a single name$/],
    ['dir', 'relative', /its dir is 'relative', which is not an absolute path$/],
    ['dir', '', /its dir is '', which is empty$/],
    ['dir', '/data\0/etc', /has a NUL byte in it$/],
    ['dir', `/${'x'.repeat(900_000)}`, /is longer than 4095 bytes$/],
  ];
  for (const [setting, value, message] of cases) {
    const answer = saying(`CONFIG GET ${setting}`, listReply([setting, value]));
    await isRefused(t, answer, { message, hint: /^no server has such a setting/ });
  }
});

test('one name for the dump and the AOF, and the name of the repository’s own folder', async (t) => {
  const named =
    (settings: Readonly<Record<string, string>>): FakeAnswer =>
    (words) =>
      honestReply(words, { settings: { dir: '/', ...settings } });
  const same = { dbfilename: 'data', appenddirname: 'data' };
  await isRefused(t, named(same), { message: /gives the name 'data' to its dump and to its AOF$/ });
  for (const setting of ['dbfilename', 'appenddirname']) {
    await isRefused(t, named({ [setting]: 'redis-rewind-data' }), {
      message: /'redis-rewind-data', which the repository needs for its own folder$/,
      hint: /dbfilename/,
    });
  }
});

test('an error reply and names of primaries are shown in part, and without control characters', async (t) => {
  const long = `ERR \x1b]0;title\x07${'x'.repeat(60_000)}`;
  await isRefused(t, saying('INFO persistence', `-${long}\r\n`), {
    message: /answers INFO with an error: ERR/,
  });
  const primaries = Array.from({ length: 2000 }, (_, index) =>
    listReply(['name', `\x1b[2Jprimary ${index}`, 'port', '1e400', 'flags', 'master']),
  );
  await isRefused(
    t,
    saying('SENTINEL MASTERS', `*${primaries.length}\r\n${primaries.join('')}`),
    { message: /watches 2000 primaries: .* and 1990 more$/, exitCode: 2 },
    true,
  );
});

test('a Sentinel that names an address that cannot be one', async (t) => {
  const one = `*1\r\n${listReply(['name', 'mymaster', 'flags', 'master'])}`;
  const endpoints = [
    listReply(['127.0.0.1', '99999']),
    listReply(['127.0.0.1', '0.5']),
    listReply(['/etc/socket', '6379']),
    listReply(['a\0b', '6379']),
    '*2\r\n:1\r\n:99999999999999999999\r\n',
    ':6379\r\n',
  ];
  for (const endpoint of endpoints) {
    const answer: FakeAnswer = ([, subcommand]) =>
      subcommand === 'MASTERS' ? one : subcommand === undefined ? null : endpoint;
    await isRefused(t, answer, { message: /knows no primary 'mymaster'$/ }, true);
  }
});

/** Backs up a fake server that saves, and returns what the snapshot records of it. */
async function recorded(t: ExecutionContext, answers: HonestAnswers): Promise<object> {
  const directory = await temporaryDirectory(t);
  const dump = writeRdb([], { ctime: '99999999999999999999', 'used-mem': '0' });
  await writeFile(path.join(directory, 'dump.rdb'), 'old');
  const onSave = (): void => writeFileSync(path.join(directory, 'dump.rdb'), dump);
  const settings = { ...answers.settings, dir: directory };
  const { port } = await startFakeServer(t, (words) =>
    honestReply(words, { ...answers, settings, onSave }),
  );
  const repository = path.join(await temporaryDirectory(t), 'repository');
  const { code, stderr } = await runCli(['backup', '-p', String(port), repository]);
  t.is(code, 0, stderr);
  const list = await runCli(['list', '--json', repository]);
  t.is(list.code, 0, list.stderr);
  const { stdout } = await runCli(['list', '-v', repository]);
  t.false(/[^\P{Cc}\n]/u.test(stdout), JSON.stringify(stdout));
  const { snapshots } = list.json() as { snapshots: { server: object }[] };
  return snapshots[0]?.server ?? {};
}

test('numbers and words beyond reason are left out of the record, which stays readable', async (t) => {
  const server = await recorded(t, {
    settings: { 'maxmemory-policy': '\x1b[2J' },
    info: {
      server: [
        'run_id:\x1b[2J',
        `uptime_in_seconds:${'9'.repeat(400)}`,
        'process_id:99999999999999999999',
      ],
      memory: ['used_memory:18446744073709551616'],
      replication: ['role:slave', 'master_host:\x1b[2J', 'master_port:1', 'master_link_status:up'],
      keyspace: [
        'db0:keys=99999999999999999999,expires=0',
        'db1:keys=5,expires=1,avg_ttl=0',
        'db01:keys=6,expires=0',
        'db99999999999999999999:keys=1,expires=0',
      ],
    },
  });
  t.like(server, {
    runId: '',
    primary: null,
    replicationOffset: null,
    databases: [{ database: 1, keys: 5, expiringKeys: 1 }],
    usedMemoryBytes: null,
    maxmemoryPolicy: null,
    dumpTime: null,
  });
});

test('100,000 fields of INFO are read and not recorded', async (t) => {
  const fields = Array.from({ length: 100_000 }, (_, index) => `f${index}:1`);
  const server = await recorded(t, { info: { server: fields, keyspace: fields } });
  t.true(JSON.stringify(server).length < 2000, 'record');
});
