// A switch of the AOF that ends in the middle: by a signal, by SIGKILL, or because the server takes too long. Each time a
// second run goes on. And servers that are not alone: replicas, Sentinels, and one in a place of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown } from 'node:fs/promises';
import test from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli } from '../../support/program/cli.js';
import { mainScript } from '../../support/program/project-paths.js';
import { until } from '../../support/program/until.js';
import {
  type ConfiguredServer,
  startConfiguredServer,
} from '../../support/redis/servers/configured-server.js';
import { startSentinel, watching } from '../../support/redis/servers/redis-sentinel.js';
import { startRedisServer } from '../../support/redis/servers/redis-server.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';

const TEXT = 'dir DIR\nsave 3600 1\nappendonly no\n';
/** In microseconds: a save, or a rewrite, of the keys below then takes minutes. */
const SLOW = '100000';

async function fill({ server }: ConfiguredServer): Promise<void> {
  const pairs = Array.from({ length: 2000 }, (_, index) => [`key:${index}`, 'x']);
  await server().client.mset(pairs.flat());
}

async function setDelay({ server }: ConfiguredServer, delay: string): Promise<void> {
  await server().client.config('SET', 'rdb-key-save-delay', delay);
}

async function untilInfo({ server }: ConfiguredServer, field: string): Promise<void> {
  await until(async () => (await server().client.info('persistence')).includes(`${field}\r\n`));
}

interface Begun {
  readonly child: ChildProcess;
  readonly stderr: () => string;
}

function begin(at: ConfiguredServer, action: string): Begun {
  const args = [mainScript, 'aof', action, '-p', String(at.server().port)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  return { child, stderr: () => said };
}

async function end({ child }: Begun, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

async function hasAll(at: ConfiguredServer): Promise<boolean> {
  await at.server().kill();
  await at.start();
  return (await at.server().client.dbsize()) === 2000;
}

/** Ends the slow save or rewrite, which keeps the delay that it began with. The server begins a rewrite again. */
async function hurry(at: ConfiguredServer): Promise<void> {
  await setDelay(at, '0');
  await at.killChild();
}

test('SIGINT while the AOF is written: where things stand and what to type; a second run goes on', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  await fill(at);
  await setDelay(at, SLOW);
  const run = begin(at, 'enable');
  await untilInfo(at, 'aof_rewrite_in_progress:1');
  t.is(await end(run, 'SIGINT'), 130);
  t.is(
    run.stderr(),
    "redis-rewind: interrupted\nhint: the AOF may be on, and Redis goes on writing it; it is not in the configuration yet: run 'redis-rewind aof enable' again, and it goes on from there\n",
  );
  t.true((await at.text()).includes('appendonly no'));
  const late = await at.aof('enable', '--wait-timeout', '1');
  t.is(late.code, 30);
  t.regex(
    late.stderr,
    /is still writing its AOF\nhint: raise --wait-timeout to wait longer; the AOF was on before/,
  );
  await hurry(at);
  const second = await at.aof('enable');
  t.is(second.code, 0, second.stderr);
  t.regex(second.stdout, /is on, as it was before\nit is on the disk/);
  t.true(await hasAll(at));
});

test('SIGKILL between the switch and the configuration: a second run goes on, each way round', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  await fill(at);
  await setDelay(at, SLOW);
  const run = begin(at, 'enable');
  await untilInfo(at, 'aof_rewrite_in_progress:1');
  t.is(await end(run, 'SIGKILL'), null);
  await hurry(at);
  t.is((await at.aof('enable')).code, 0);
  t.true(await hasAll(at));
  // As a run that was killed after the switch leaves it.
  await at.server().client.bgsave();
  await untilInfo(at, 'rdb_bgsave_in_progress:0');
  await at.server().client.config('SET', 'appendonly', 'no');
  const off = await at.aof('disable', '--json');
  t.is(off.code, 0, off.stderr);
  t.like(off.json(), { wasOn: false, keptBy: 'server', survives: true });
  t.true(await hasAll(at));
});

test('SIGTERM while disable saves: nothing was changed, and a second run goes on', async (t) => {
  const at = await startConfiguredServer(t, {
    text: TEXT.replace('appendonly no', 'appendonly yes'),
  });
  await fill(at);
  await setDelay(at, SLOW);
  const run = begin(at, 'disable');
  await untilInfo(at, 'rdb_bgsave_in_progress:1');
  t.is(await end(run, 'SIGTERM'), 143);
  t.is(
    run.stderr(),
    "redis-rewind: terminated\nhint: nothing was changed, and a save that has begun goes on by itself: run 'redis-rewind aof disable' again, and it goes on from there\n",
  );
  await untilInfo(at, 'aof_enabled:1');
  await hurry(at);
  await untilInfo(at, 'rdb_bgsave_in_progress:0');
  t.is((await at.aof('disable')).code, 0);
  t.true(await hasAll(at));
});

test('a server that dies while it writes its AOF: exit 30 and where things stand; a second run begins anew', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  await fill(at);
  await at.server().client.bgsave();
  await untilInfo(at, 'rdb_bgsave_in_progress:0');
  await setDelay(at, SLOW);
  const run = begin(at, 'enable');
  await untilInfo(at, 'aof_rewrite_in_progress:1');
  await at.server().kill();
  const [code] = (await once(run.child, 'close')) as [number | null];
  t.is(code, 30);
  t.regex(
    run.stderr(),
    /^redis-rewind: Redis at .*\nhint: .*the AOF may be on, and Redis goes on writing it; it is not in the configuration yet: run/,
  );
  await at.start();
  t.is(await at.server().client.dbsize(), 2000);
  t.is((await at.aof('enable')).code, 0);
  t.true(await hasAll(at));
});

test('a replica: it alone is switched, and a remark says what a full resync does', async (t) => {
  const primary = await startConfiguredServer(t, { text: `${TEXT}repl-diskless-sync-delay 0\n` });
  const replica = await startConfiguredServer(t, { text: TEXT });
  await fill(primary);
  await replica.server().client.replicaof('127.0.0.1', primary.server().port);
  await until(async () => (await replica.server().client.dbsize()) === 2000);
  const result = await replica.aof('enable', '-v');
  t.is(result.code, 0, result.stderr);
  t.regex(
    result.stderr,
    /note: Redis at \S+ is a replica: the AOF of its primary at 127\.0\.0\.1:\d+ stays as it is, and a full resync makes/,
  );
  await untilInfo(primary, 'aof_enabled:0');
  await untilInfo(replica, 'aof_enabled:1');
});

test('the primary that Sentinels name', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  const lines = watching('mymaster', at.server().port, 1);
  const sentinel = await startSentinel(t, { lines });
  const result = await runCli(['aof', 'enable', '--json', '--sentinel', sentinel.address]);
  t.is(result.code, 0, result.stderr);
  t.like(result.json(), { server: `127.0.0.1:${at.server().port}`, survives: true });
});

asRoot(
  'a server whose directory has another name here: what it says has to do, and a remark says so',
  async (t) => {
    const directory = await temporaryDirectory(t);
    const seenAs = await temporaryDirectory(t);
    const owner = await redisUser();
    if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
    // `mount` is for root alone, so this server runs as root.
    const server = await startRedisServer({ directory, seenAs, save: '3600 1' });
    t.teardown(async () => server.stop());
    await server.client.set('a', 'b');
    const line = (action: string): string[] => ['aof', action, '-v', '-p', String(server.port)];
    const on = await runCli(line('enable'));
    t.is(on.code, 3, on.stderr);
    t.regex(
      on.stdout,
      /is on\nthe server says that it is written; its files cannot be seen from here\n/,
    );
    t.regex(
      on.stderr,
      /note: the files of Redis at \S+ cannot be seen from here, so only what it says proves/,
    );
    const off = await runCli(line('disable'));
    t.is(off.code, 3, off.stderr);
    t.regex(
      off.stdout,
      /is off\nthe server says that it has saved everything first; its dump cannot be seen/,
    );
    await server.client.set('c', 'd');
    t.true((await server.client.info('persistence')).includes('aof_enabled:0'));
  },
);

asRoot('whoever runs as the user of the server needs no root', async (t) => {
  const at = await startConfiguredServer(t, { text: TEXT });
  const owner = await redisUser();
  if (owner === undefined) throw new Error('there is no user of the server');
  const line = ['aof', 'enable', '--json', '-p', String(at.server().port)];
  const result = await runCli(line, { ...owner, cwd: '/' });
  t.is(result.code, 0, result.stderr);
  t.like(result.json(), { proof: 'files', survives: true });
});
