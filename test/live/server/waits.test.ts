// A server that loads, runs a script or saves is waited for, no longer than allowed; a save that fails
// leaves nothing in the repository.
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { runCli } from '../../support/program/cli.js';
import { isRefused } from '../../support/redis/live-refusals.js';
import { createLiveSandbox, untilSaving } from '../../support/redis/live-sandbox.js';
import { serverRequest } from '../../support/redis/server-request.js';
import { startRedisServer } from '../../support/redis/servers/redis-server.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';
import { checkRefusal } from '../../support/redis/refused-backup.js';

test('a backup waits for a server that is loading, no longer than allowed', async (t) => {
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

test('a backup of a server that hangs says whom it waits for', async (t) => {
  const at = await createLiveSandbox(t);
  const pid = Number(/^process_id:(\d+)/m.exec(await at.server.client.info('server'))?.[1]);
  const waitedFor: string[] = [];
  process.kill(pid, 'SIGSTOP');
  const goOn = () => process.kill(pid, 'SIGCONT');
  t.teardown(goOn);
  await at.sandbox.backup({
    source: null,
    server: serverRequest(at.server.port),
    context: {
      onProgress: ({ phase, path: shown }) => {
        if (phase !== 'waiting for') return;
        waitedFor.push(shown ?? '');
        goOn();
      },
    },
  });
  t.true(waitedFor.length > 0);
  t.deepEqual([...new Set(waitedFor)], [`Redis at 127.0.0.1:${at.server.port}`]);
});

test('a backup waits for a server that runs a script, no longer than allowed', async (t) => {
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

test('a server that dies during its save fails the backup', async (t) => {
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

test('BGSAVE SCHEDULE waits for a running rewrite of the AOF', async (t) => {
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
