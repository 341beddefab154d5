// Every way in which a server refuses, is lost, or is not what it should be: one message and a hint, exit
// 30, and a repository that is as it was.
import { writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../../support/program/cli.js';
import { isRefused } from '../../support/redis/live-refusals.js';
import { createLiveSandbox } from '../../support/redis/live-sandbox.js';
import { leavesAsItWas } from '../../support/redis/refused-backup.js';

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

test('each way not to be answered has its message: connection refused, unknown host, no socket, a file that is not a socket', async (t) => {
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

test('anything but a Redis server is refused: HTTP, a banner, silence, and one that hangs up', async (t) => {
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

test('a missing, a wrong and a needless password are reported, and no password is shown', async (t) => {
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
  t.regex(needless.stderr, /needs no password, but one was given/);
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
