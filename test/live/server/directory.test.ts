// Finding the directory of a real server, with CONFIG and without, and proving that it is the server's.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { runCli } from '../../support/program/cli.js';
import { type LiveSandbox, createLiveSandbox } from '../../support/redis/live-sandbox.js';

/** Runs a backup of the server with more arguments; the repository's path comes last. */
async function run(at: LiveSandbox, ...args: string[]) {
  return runCli(['backup', '-p', String(at.server.port), ...args, at.sandbox.repository]);
}

async function succeeds(t: ExecutionContext, at: LiveSandbox, ...args: string[]): Promise<void> {
  const { code, stderr } = await run(at, ...args);
  t.is(code, 0, stderr);
}

async function fails(
  t: ExecutionContext,
  at: LiveSandbox,
  args: readonly string[],
  expected: { readonly code: number; readonly message: RegExp },
): Promise<void> {
  const { code, stderr } = await run(at, ...args);
  t.is(code, expected.code, stderr);
  t.regex(stderr, expected.message);
}

async function makeAclUser({ server }: LiveSandbox): Promise<string[]> {
  const rights = ['+ping', '+info', '+time', '+bgsave'];
  await server.client.call('ACL', 'SETUSER', 'backup', 'on', '>pw', ...rights);
  return ['--user', 'backup', '-a', 'pw'];
}

test('where CONFIG is denied the directory is that of the process', async (t) => {
  const at = await createLiveSandbox(t, { appendOnly: true, save: '3600 1' });
  await at.server.client.set('key', 'value');
  await succeeds(t, at, ...(await makeAclUser(at)));
  t.deepEqual(await readdir(at.sandbox.repository), [
    'appendonlydir',
    'dump.rdb',
    'redis-rewind-data',
  ]);
});

test('a configuration file says what CONFIG may not, with its includes', async (t) => {
  const settings = { dbfilename: 'my.rdb', appenddirname: 'log', appendfilename: 'my.aof' };
  const at = await createLiveSandbox(t, { appendOnly: true, save: '3600 1', settings });
  const user = await makeAclUser(at);
  await at.server.client.set('key', 'value');
  const conf = path.join(at.sandbox.root, 'redis.conf');
  await writeFile(conf, `dir /wrong\ninclude ${at.sandbox.root}/more-*.conf\n`);
  await writeFile(
    path.join(at.sandbox.root, 'more-1.conf'),
    `dir ${at.sandbox.source}\ndbfilename my.rdb\nappenddirname log\nappendfilename my.aof\n`,
  );
  await succeeds(t, at, ...user, '--redis-conf', conf);
  t.deepEqual(await readdir(at.sandbox.repository), ['log', 'my.rdb', 'redis-rewind-data']);
  await writeFile(conf, `dir ${at.sandbox.root}\n`);
  await fails(t, at, [...user, '--redis-conf', conf], {
    code: 30,
    message: /is not the directory of Redis at .*, which works in/,
  });
  await writeFile(conf, 'dir "/unbalanced\n');
  await fails(t, at, [...user, '--redis-conf', conf], { code: 2, message: /unbalanced quotes/ });
});

test('commands that were renamed are used under their new names', async (t) => {
  const conf = path.join(await temporaryDirectory(t), 'redis.conf');
  await writeFile(conf, 'rename-command CONFIG c0nf\ndbfilename my.rdb\n');
  const at = await createLiveSandbox(t, { save: '3600 1', settings: { include: conf } });
  await succeeds(t, at, '--redis-conf', conf);
  t.deepEqual(await readdir(at.sandbox.repository), ['my.rdb', 'redis-rewind-data']);
});

test('a renamed BGSAVE is reported, and found in the configuration file', async (t) => {
  const conf = path.join(await temporaryDirectory(t), 'redis.conf');
  await writeFile(conf, 'rename-command BGSAVE s4ve\n');
  const at = await createLiveSandbox(t, { save: '3600 1', settings: { include: conf } });
  await fails(t, at, [], {
    code: 30,
    message: /does not know BGSAVE: the command was renamed or disabled/,
  });
  await succeeds(t, at, '--redis-conf', conf);
});

test('SOURCE that is another directory than the server works in is refused', async (t) => {
  const at = await createLiveSandbox(t);
  const other = path.join(at.sandbox.root, 'other');
  await mkdir(other);
  await fails(t, at, [other], { code: 2, message: /is not the directory of Redis at/ });
  await fails(t, at, [path.join(other, 'none')], { code: 2, message: /is not a directory/ });
  await succeeds(t, at, at.sandbox.source);
});

/** A port that leads to a server's, through a process that shows another id and age to INFO. */
async function disguise(t: ExecutionContext, { server }: LiveSandbox): Promise<string> {
  const proxy = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.pipe(upstream);
    upstream.on('data', (data: Buffer) => {
      // Of the same length, so that the reply stays whole. No process on this machine has such an id.
      const text = data.toString('latin1').replace(/process_id:(\d+)/, (_, id: string) => {
        return `process_id:${'9'.repeat(id.length)}`;
      });
      client.write(Buffer.from(text, 'latin1'));
    });
    upstream.on('end', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => void proxy.close());
  return String((proxy.address() as AddressInfo).port);
}

test('where no process is visible, only a save proves the directory', async (t) => {
  const at = await createLiveSandbox(t, { save: '3600 1' });
  const port = await disguise(t, at);
  const line = (...args: string[]) =>
    runCli(['backup', '-p', port, ...args, at.sandbox.repository]);
  const other = path.join(at.sandbox.root, 'other');
  await mkdir(other);
  const unproved = await line('--save', 'none', other);
  t.is(unproved.code, 30, unproved.stderr);
  t.regex(unproved.stderr, /nothing shows that '.*other' is the directory of Redis/);
  const elsewhere = await line(other);
  t.is(elsewhere.code, 30, elsewhere.stderr);
  t.regex(elsewhere.stderr, /asked 3 times to save|has saved, but not to/);
  const proved = await line(at.sandbox.source);
  t.is(proved.code, 0, proved.stderr);
  // The dump of its last save shows it too, to root only where a person has named the directory.
  const shown = await line('--save', 'none', at.sandbox.source);
  t.is(shown.code, 0, shown.stderr);
  const unnamed = await line('--save', 'none');
  t.is(unnamed.code, process.getuid?.() === 0 ? 30 : 0, unnamed.stderr);
});
