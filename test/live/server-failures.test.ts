// Every way in which a server refuses, is lost, or is not what it should be: one message and a hint, exit
// 30, and a repository that is as it was.
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../support/program/cli.js';
import { type LiveSandbox, createLiveSandbox, untilSaving } from '../support/redis/live-sandbox.js';
import {
  type Refusal,
  checkRefusal,
  isRefusedBackup,
  leavesAsItWas,
} from '../support/redis/refused-backup.js';
import { startRedisServer } from '../support/redis/redis-server.js';
import { redisUser } from '../support/redis/redis-user.js';

/** A backup into a repository that is there; after the refusal it is as it was. */
async function isRefused(
  t: ExecutionContext,
  { sandbox, server }: LiveSandbox,
  args: readonly string[],
  refusal: Refusal,
): Promise<void> {
  const hasPlace = args.some((arg) => ['--redis', '-s', '-h', '-p'].includes(arg));
  const at = hasPlace ? [] : ['-p', String(server.port)];
  await isRefusedBackup(t, sandbox.repository, [...at, ...args], refusal);
}

async function listen(t: ExecutionContext, onConnect: (server: Server) => Server): Promise<number> {
  const server = onConnect(createServer());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => void server.close());
  return portOf(server);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('nothing answers: connection refused, unknown host, no socket, a file that is not a socket', async (t) => {
  const at = await createLiveSandbox(t);
  await at.backup();
  const listener = createServer();
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const unused = portOf(listener);
  await new Promise((resolve) => {
    listener.close(resolve);
  });
  await isRefused(t, at, ['-p', String(unused)], {
    message: /connection refused$/,
    hint: /running/,
  });
  await isRefused(t, at, ['-h', 'no-such-host.invalid'], {
    message:
      /no-such-host\.invalid:6379 cannot be reached: (?:the host is unknown|name resolution)/,
  });
  await isRefused(t, at, ['-s', path.join(at.sandbox.root, 'none')], {
    message: /no such socket$/,
  });
  await writeFile(path.join(at.sandbox.root, 'file'), '');
  await isRefused(t, at, ['-s', path.join(at.sandbox.root, 'file')], {
    message: /connection refused$|is not a socket$/,
  });
});

test('what is not a Redis server is refused: HTTP, a banner, silence, and one that hangs up', async (t) => {
  const at = await createLiveSandbox(t);
  await at.backup();
  const answering = async (reply: string, isFirst: boolean): Promise<string> => {
    const port = await listen(t, (server) =>
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        if (isFirst) socket.end(reply);
        else socket.once('data', () => socket.end(reply));
      }),
    );
    return String(port);
  };
  const http = await answering('HTTP/1.1 400 Bad Request\r\n\r\n', false);
  await isRefused(t, at, ['-p', http], { message: /is not a Redis server/ });
  const banner = await answering('SSH-2.0-OpenSSH_9.2\r\n', true);
  await isRefused(t, at, ['-p', banner], { message: /is not a Redis server/ });
  const denied = await answering('-DENIED Redis is running in protected mode because…\r\n', false);
  await isRefused(t, at, ['-p', denied], { message: /protected mode/, hint: /127\.0\.0\.1/ });
  const hangUp = await answering('', true);
  await isRefused(t, at, ['-p', hangUp], { message: /has closed the connection$/ });
  const silent = await listen(t, (server) =>
    server.on('connection', (socket) => socket.on('error', () => {})),
  );
  await isRefused(t, at, ['-p', String(silent), '--wait-timeout', '1'], {
    message: /has not answered for 1 seconds$/,
  });
});

test('protected mode refuses a client from another address', async (t) => {
  const address = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (address === undefined) {
    t.pass('this machine has no address but loopback');
    return;
  }
  const at = await createLiveSandbox(t, { settings: { bind: '0.0.0.0' } });
  await isRefused(t, at, ['-h', address, '-p', String(at.server.port)], {
    message: /protected mode|has closed the connection/,
  });
});

test('passwords: missing, wrong, needless; none is ever shown', async (t) => {
  const at = await createLiveSandbox(t);
  await at.backup();
  const port = String(at.server.port);
  const needless = await runCli([
    'backup',
    '-v',
    '-p',
    port,
    '-a',
    'sesame',
    at.sandbox.repository,
  ]);
  t.is(needless.code, 0, needless.stderr);
  t.regex(needless.stderr, /has no password, and one was given/);
  t.regex(needless.stderr, /note: the password is in the command line/);
  t.false(needless.stderr.includes('sesame'), needless.stderr);
  await at.server.client.config('SET', 'requirepass', 'right');
  await isRefused(t, at, [], { message: /requires a password$/, hint: /REDISCLI_AUTH/ });
  const secrets = [
    ['-a', 'sesame'],
    ['--user', 'nobody', '-a', 'sesame'],
    ['--redis', `redis://:sesame@127.0.0.1:${port}`],
    ['--redis', `redis://nobody:sesame@127.0.0.1:${port}`],
  ];
  for (const args of secrets) {
    const address = args[0] === '--redis' ? [] : ['-p', port];
    await leavesAsItWas(t, at.sandbox.repository, async () => {
      const line = ['backup', '-vv', ...address, ...args, at.sandbox.repository];
      const { code, stderr } = await runCli(line);
      t.is(code, 30, stderr);
      t.regex(stderr, /does not accept this password for user '(?:default|nobody)'/);
      t.false(stderr.includes('sesame'), stderr);
    });
  }
  const file = path.join(at.sandbox.root, 'password');
  await writeFile(file, 'right\n');
  const ways = [
    { args: ['-a', 'right'] },
    { args: ['--pass-file', file] },
    { args: [], env: { REDISCLI_AUTH: 'right' } },
    { args: ['--user', 'default'], env: { REDISCLI_AUTH: 'right' } },
  ];
  for (const { args, env } of ways) {
    const line = ['backup', '-p', port, ...args, at.sandbox.repository];
    const { code, stdout, stderr } = await runCli(line, env === undefined ? {} : { env });
    t.is(code, 0, stderr);
    t.is(stdout + stderr, '');
  }
});

test('a missing right is named, and no more rights are needed than documented', async (t) => {
  const at = await createLiveSandbox(t);
  await at.backup();
  const { client } = at.server;
  const asUser = ['--user', 'backup', '-a', 'pw'];
  const needed = ['+ping', '+info', '+time', '+config|get', '+bgsave'];
  const grant = async (rights: readonly string[]): Promise<void> => {
    await client.call('ACL', 'SETUSER', 'backup', 'reset', 'on', '>pw', ...rights);
  };
  await grant(needed);
  const { code, stderr } = await runCli([
    'backup',
    '-p',
    String(at.server.port),
    ...asUser,
    at.sandbox.repository,
  ]);
  t.is(code, 0, stderr);
  for (const right of ['+info', '+time', '+bgsave']) {
    await grant(needed.filter((other) => other !== right));
    const name = right.slice(1).toUpperCase();
    await isRefused(t, at, asUser, {
      message: new RegExp(`does not let user 'backup' run ${name}$`),
      hint: new RegExp(`ACL SETUSER backup \\${right}$`),
    });
  }
  await isRefused(t, at, [...asUser, '--save', 'save'], { message: /run SAVE$/, hint: /\+save$/ });
});

test('loading is waited for, no longer than allowed', async (t) => {
  const settings = {
    'enable-debug-command': 'yes',
    'loading-process-events-interval-bytes': '1024',
  };
  const at = await createLiveSandbox(t, { settings });
  const { client } = at.server;
  await client.call('DEBUG', 'POPULATE', 3000);
  await client.config('SET', 'key-load-delay', '1000');
  const reloaded = client.call('DEBUG', 'RELOAD');
  await delay(200);
  await isRefused(t, at, ['--wait-timeout', '0.2'], {
    message: /still loading its data$/,
    hint: /--wait-timeout/,
  });
  const { server } = await at.backup();
  t.is(server?.databases[0]?.keys, 3000);
  await reloaded;
});

test('a server that runs a script is waited for, no longer than allowed', async (t) => {
  const at = await createLiveSandbox(t, { settings: { 'busy-reply-threshold': '50' } });
  await at.backup();
  const { client } = at.server;
  const other = client.duplicate();
  const script = other.call('EVAL', 'while true do end', 0).catch(() => null);
  await delay(200);
  await isRefused(t, at, ['--wait-timeout', '1'], {
    message: /busy running a script$/,
    hint: /SCRIPT KILL/,
  });
  const made = at.backup();
  await delay(300);
  await client.call('SCRIPT', 'KILL');
  await script;
  other.disconnect();
  t.is((await made).server?.save, 'bgsave');
});

test('a save that fails is reported, and leaves nothing in the repository', async (t) => {
  const owner = await redisUser();
  const at = await createLiveSandbox(t);
  await at.server.client.set('key', 'value');
  await at.backup();
  const directory = path.join(at.sandbox.root, 'other');
  await mkdir(directory);
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  const options = { directory, save: '3600 1', ...(owner === undefined ? {} : { owner }) };
  const server = await startRedisServer(options);
  t.teardown(async () => server.kill());
  await server.client.set('key', 'value');
  await chmod(directory, 0o500);
  const failing = { ...at, server };
  const repository = path.join(at.sandbox.root, 'repository-2');
  const args = ['backup', '--json', '-p', String(server.port), repository];
  checkRefusal(t, await runCli(args), {
    message: /could not save '.*dump\.rdb'$/,
    hint: /the log of the server/,
  });
  // The server refuses writes now, and still tells what a backup asks.
  await t.throwsAsync(server.client.set('key', 'again'), { message: /^MISCONF/ });
  checkRefusal(t, await runCli(args), { message: /could not save/ });
  await chmod(directory, 0o700);
  await isRefused(t, failing, [], { message: /this repository keeps/, code: 2 });
  t.is((await runCli(args)).code, 0);
});

test('a server that dies during its save', async (t) => {
  const at = await createLiveSandbox(t, {
    save: '3600 1',
    settings: { 'rdb-key-save-delay': '1000' },
  });
  await at.backup();
  await at.server.client.mset(
    Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, 'x'])),
  );
  const made = isRefused(t, at, [], {
    message: /was lost during its save$/,
    hint: /the log of the server/,
  });
  await untilSaving(at.server);
  await at.server.kill();
  await made;
});

test('a save that takes too long is left to itself', async (t) => {
  const at = await createLiveSandbox(t, { save: '3600 1' });
  await at.backup();
  const { client } = at.server;
  await client.config('SET', 'rdb-key-save-delay', '100000');
  await client.mset('a', 1, 'b', 2, 'c', 3);
  for (let key = 0; key < 40; key += 1) await client.set(`key${key}`, 'x');
  await isRefused(t, at, ['--wait-timeout', '1'], { message: /still saving/, hint: /goes on/ });
  // The next one waits for it, and then has one of its own made.
  await client.config('SET', 'rdb-key-save-delay', '0');
  const before = Number(/rdb_saves:(\d+)/.exec(await client.info('persistence'))?.[1]);
  const { server } = await at.backup();
  t.is(server?.save, 'bgsave');
  t.is(Number(/rdb_saves:(\d+)/.exec(await client.info('persistence'))?.[1]), before + 1);
});

test('a save that FLUSHALL kills is asked for again', async (t) => {
  const at = await createLiveSandbox(t, { save: '3600 1' });
  const { client } = at.server;
  for (let key = 0; key < 100; key += 1) await client.set(`key${key}`, 'x');
  await client.config('SET', 'rdb-key-save-delay', '100000');
  const made = at.backup();
  await untilSaving(at.server);
  await client.config('SET', 'save', '');
  await client.config('SET', 'rdb-key-save-delay', '0');
  await client.flushall();
  await client.set('after', 'flush');
  t.is((await made).server?.save, 'bgsave');
  t.regex(readFileSync(path.join(at.sandbox.repository, 'dump.rdb'), 'latin1'), /after/);
});

test('a rewrite of the AOF that runs is waited for by BGSAVE SCHEDULE', async (t) => {
  const at = await createLiveSandbox(t, { appendOnly: true });
  const { client } = at.server;
  for (let key = 0; key < 12; key += 1) await client.set(`key${key}`, 'x');
  await client.config('SET', 'rdb-key-save-delay', '100000');
  await client.call('BGREWRITEAOF');
  await client.config('SET', 'rdb-key-save-delay', '0');
  const { server } = await at.backup({ save: 'bgsave' });
  t.is(server?.save, 'bgsave');
  t.truthy(server?.dumpTime);
});
