// `watch` beside a real server: what Redis saves by itself is taken, once, whatever happens in between.
import { readdir, rename, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { mountMemory } from '../support/files/mounted.js';
import { runCli, succeedCli } from '../support/program/cli.js';
import { type Burden, WatchProcess } from '../support/program/watch-process.js';
import { createLiveSandbox } from '../support/redis/live-sandbox.js';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
  withRedisServer,
} from '../support/redis/servers/redis-server.js';
import { Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

interface Watched {
  readonly sandbox: Sandbox;
  readonly server: RedisServer;
  /** Options that name the server, and REPO, in which there is a snapshot. */
  readonly line: readonly string[];
}

async function watched(
  t: ExecutionContext,
  options: Omit<RedisServerOptions, 'directory'>,
): Promise<Watched> {
  const { sandbox, server } = await createLiveSandbox(t, options);
  const line = ['-p', String(server.port), sandbox.repository];
  await server.client.set('first', '1');
  await succeedCli(['backup', ...line]);
  return { sandbox, server, line };
}

/** A save that the server is asked for by somebody else. */
async function saveAgain({ client }: RedisServer, key: string): Promise<void> {
  await client.set(key, '1');
  await client.call('SAVE');
}

async function keysInMirror({ repository, root }: Sandbox): Promise<number> {
  const loaded = path.join(root, 'loaded');
  await succeedCli(['restore', repository, loaded]);
  try {
    return await withRedisServer({ directory: loaded }, async ({ client }) => client.dbsize());
  } finally {
    await rm(loaded, { recursive: true });
  }
}

async function countSnapshots(repository: string): Promise<number> {
  const list = (await succeedCli(['list', '--json', repository])).json();
  return (list as { snapshots: unknown[] }).snapshots.length;
}

/** Time in which a further snapshot would have come. */
async function quiet(): Promise<void> {
  await delay(8000);
}

test('a save by the save points of the server is one snapshot, with what the server says', async (t) => {
  const { sandbox, server, line } = await watched(t, { save: '1 1' });
  const watching = await WatchProcess.start(t, ...line);
  await server.client.set('second', '2');
  const { report, saves } = await watching.until('snapshot');
  t.deepEqual(saves, ['dump.rdb']);
  t.is(report?.snapshot.server?.save, 'none');
  t.is(report?.snapshot.server?.databases[0]?.keys, 2);
  t.deepEqual(report?.notes, []);
  await quiet();
  t.is(watching.of('snapshot').length, 1);
  t.is(await watching.end(), 0);
  t.deepEqual(
    watching.events.map(({ event }) => event),
    ['watching', 'save', 'snapshot', 'stopping'],
  );
  t.is(watching.stderr, '');
  t.is(await keysInMirror(sandbox), 2);
});

test('keep rules are applied after each snapshot of a watch', async (t) => {
  const { sandbox, server, line } = await watched(t, { save: '3600 1' });
  const watching = await WatchProcess.start(t, '--debounce', '1s', '--keep-last', '2', ...line);
  for (const count of [1, 2, 3]) {
    await saveAgain(server, `key ${count}`);
    const { report } = await watching.until('snapshot', count);
    t.deepEqual(report?.notes, []);
  }
  t.is(await watching.end(), 0);
  t.deepEqual(
    sandbox.list().map(({ id }) => id),
    [3, 4],
  );
  t.is(await keysInMirror(sandbox), 4);
});

test('a rewrite of the AOF is one snapshot; what is only appended is none', async (t) => {
  const { server, line } = await watched(t, { appendOnly: true });
  const watching = await WatchProcess.start(t, ...line);
  for (let count = 0; count < 50; count += 1) await server.client.set(`key ${count}`, 'value');
  await quiet();
  t.deepEqual(watching.of('save'), []);
  await server.client.call('BGREWRITEAOF');
  const { saves, report } = await watching.until('snapshot');
  t.deepEqual(saves, ['appendonlydir/appendonly.aof.2.base.rdb']);
  t.is(report?.snapshot.server?.databases[0]?.keys, 51);
  await quiet();
  t.is(watching.of('snapshot').length, 1);
  t.is(await watching.end('SIGINT'), 0);
});

test('a burst of saves leads to few snapshots, and the last save is in one', async (t) => {
  const { sandbox, server, line } = await watched(t, { save: '3600 1' });
  const watching = await WatchProcess.start(
    t,
    '--debounce',
    '1s',
    '--min-interval',
    '10s',
    ...line,
  );
  const until = performance.now() + 5000;
  let count = 0;
  for (; performance.now() < until; count += 1) {
    await saveAgain(server, `key ${count}`);
    await delay(30);
  }
  t.true(count > 30, String(count));
  await watching.until('snapshot');
  await delay(12_000);
  const taken = watching.of('snapshot').length;
  t.true(taken >= 1 && taken <= 3, `${taken} snapshots of ${count} saves`);
  t.is(await watching.end(), 0);
  t.is(await keysInMirror(sandbox), count + 1);
});

test('no save is lost when a server is killed and started again', async (t) => {
  const sandbox = await createSandbox(t);
  const unixSocket = sandbox.at('redis.sock');
  const options = { directory: sandbox.source, save: '3600 1', unixSocket };
  const first = await startRedisServer(options);
  t.teardown(async () => first.kill().catch(() => {}));
  await saveAgain(first, 'first');
  const line = ['-s', unixSocket, sandbox.repository];
  await succeedCli(['backup', ...line]);
  const watching = await WatchProcess.start(t, ...line);
  await saveAgain(first, 'second');
  await first.kill();
  const { error } = await watching.until('failed');
  t.is(error?.code, 'SERVER');
  const second = await startRedisServer(options);
  t.teardown(async () => second.stop());
  t.is((await watching.until('snapshot')).report?.snapshot.server?.databases[0]?.keys, 2);
  await saveAgain(second, 'third');
  await watching.until('snapshot', 2);
  t.is(await watching.end(), 0);
  t.is(await keysInMirror(sandbox), 3);
});

test('a watch that starts before its server waits for it', async (t) => {
  const sandbox = await createSandbox(t);
  const unixSocket = sandbox.at('redis.sock');
  const options = { directory: sandbox.source, save: '3600 1', unixSocket };
  const line = ['-s', unixSocket, sandbox.repository];
  const first = await startRedisServer(options);
  await saveAgain(first, 'first');
  await succeedCli(['backup', ...line]);
  await saveAgain(first, 'second');
  await first.kill();
  const watching = new WatchProcess(t, ...line);
  t.regex((await watching.until('failed')).error?.message ?? '', /redis\.sock/);
  const second = await startRedisServer(options);
  t.teardown(async () => second.stop());
  await watching.until('watching');
  await watching.until('snapshot');
  t.is(await watching.end(), 0);
});

test('no save is lost when the directory is moved away and back', async (t) => {
  const { sandbox, server, line } = await watched(t, { save: '3600 1' });
  const watching = await WatchProcess.start(t, ...line);
  await rename(sandbox.source, `${sandbox.source}-away`);
  t.is((await watching.until('away')).error?.code, 'SOURCE_MISSING');
  // The server works on in the directory, whatever its name.
  await saveAgain(server, 'second');
  await rename(`${sandbox.source}-away`, sandbox.source);
  await watching.until('back');
  await watching.until('snapshot');
  t.is(await watching.end(), 0);
  t.is(await keysInMirror(sandbox), 2);
});

test('no save is lost when the disk is full', async (t) => {
  const { sandbox, server } = await createLiveSandbox(t, { save: '3600 1' });
  const disk = sandbox.at('disk');
  await mountMemory(t, disk, 8 << 20);
  const onDisk = new Sandbox(sandbox.root, { repository: path.join(disk, 'repository') });
  const line = ['-p', String(server.port), onDisk.repository];
  await saveAgain(server, 'first');
  await succeedCli(['backup', ...line]);
  const watching = await WatchProcess.start(t, ...line);
  const { bavail, bsize } = await statfs(disk);
  await writeFile(path.join(disk, 'filler'), Buffer.alloc(bavail * bsize));
  await saveAgain(server, 'second');
  const { error } = await watching.until('failed');
  t.true(['NO_SPACE', 'SYSTEM'].includes(error?.code ?? ''), error?.message);
  t.regex(error?.hint ?? '', /free some space/);
  t.is(await countSnapshots(onDisk.repository), 1);
  await truncate(path.join(disk, 'filler'), 0);
  await watching.until('snapshot');
  t.is(await watching.end(), 0);
  t.is((await runCli(['verify', onDisk.repository])).code, 0);
  t.is(await keysInMirror(onDisk), 2);
});

test('SIGTERM in the middle of a snapshot leaves nothing behind, and the next watch takes the save', async (t) => {
  const { sandbox, server, line } = await watched(t, { save: '3600 1' });
  const watching = await WatchProcess.start(t, ...line);
  // No two values are alike, so that it takes a while to read and store them.
  await server.client.eval(
    "for i = 1, 40000 do redis.call('SET', 'k' .. i, string.rep(redis.sha1hex(tostring(i)), 50)) end",
    0,
  );
  await saveAgain(server, 'last');
  await watching.until('save');
  const staged = sandbox.data('staging/new');
  while ((await readdir(staged)).length === 0) await delay(1);
  t.is(await watching.end(), 0);
  t.true(watching.of('stopping')[0]?.discarded);
  t.deepEqual(await readdir(staged), []);
  t.is(await countSnapshots(sandbox.repository), 1);
  t.is((await runCli(['verify', sandbox.repository])).code, 0);
  const next = await WatchProcess.start(t, ...line);
  await next.until('snapshot');
  t.is(await next.end(), 0);
  t.is(await keysInMirror(sandbox), 40_002);
});

test('two watches and a backup by cron do not disturb each other', async (t) => {
  const { sandbox, server, line } = await watched(t, { save: '3600 1' });
  const both = await Promise.all([WatchProcess.start(t, ...line), WatchProcess.start(t, ...line)]);
  for (const key of ['second', 'third']) {
    await saveAgain(server, key);
    await delay(2500);
    await runCli(['backup', '--wait-lock', '30', ...line]);
    await quiet();
  }
  const failures = both.flatMap((watching) => watching.of('failed'));
  for (const { error } of failures) t.is(error?.code, 'LOCKED');
  t.is((await runCli(['verify', sandbox.repository])).code, 0);
  t.is(await keysInMirror(sandbox), 3);
  for (const watching of both) t.is(await watching.end(), 0);
});

test('a watch has no more descriptors and threads after fifty snapshots than after one', async (t) => {
  const { server, line } = await watched(t, { save: '3600 1', appendOnly: true });
  // Large enough that threads are used.
  await server.client.eval(
    "for i = 1, 3000 do redis.call('SET', 'k' .. i, string.rep(redis.sha1hex(tostring(i)), 50)) end",
    0,
  );
  const watching = await WatchProcess.start(t, '--debounce', '1s', ...line);
  const burdens: Burden[] = [];
  for (let count = 1; count <= 50; count += 1) {
    await saveAgain(server, `key ${count}`);
    await watching.until('snapshot', count);
    burdens.push(await watching.burden());
  }
  // What is open for a moment only is not there each time; what is never closed would be.
  const least = (of: 'descriptors' | 'threads', from: number): number =>
    Math.min(...burdens.slice(from, from + 25).map((burden) => burden[of]));
  for (const of of ['descriptors', 'threads'] as const) {
    t.is(least(of, 25), least(of, 0), JSON.stringify(burdens));
  }
  t.log(`first ${JSON.stringify(burdens[0])}, last ${JSON.stringify(burdens.at(-1))}`);
  t.is(await watching.end(), 0);
});
