// `aof enable` and `aof disable` on a real server: what is in memory comes back after a restart, each way round.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { asRoot } from '../../support/program/as-root.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';
import type { RedisServer } from '../../support/redis/servers/redis-server.js';
import { until } from '../../support/program/until.js';
import { startConfiguredServer } from '../../support/redis/servers/configured-server.js';

const run = promisify(execFile);

interface Report {
  readonly wasOn: boolean;
  readonly isOn: boolean;
  readonly proof: string | null;
  readonly files: readonly string[];
  readonly dump: string | null;
  readonly survives: boolean;
  readonly keptBy: string | null;
  readonly configuration: string | null;
  readonly notes: readonly { readonly kind: string; readonly message: string }[];
}

const OFF = '# comment\ndir DIR\nsave 3600 1\nappendonly no\n# the end\n';

test('enable: what was there, and what is written meanwhile and after, is there after a restart', async (t) => {
  const at = await startConfiguredServer(t, { text: OFF });
  const { client } = at.server();
  await fill(client, 20_000);
  let written = 0;
  const writers = new AbortController();
  const writing = (async () => {
    for (; !writers.signal.aborted; written += 1) await client.set(`meanwhile:${written}`, 'x');
  })();
  const result = await at.aof('enable', '--json');
  writers.abort();
  await writing;
  t.is(result.code, 0, result.stderr);
  const report = result.json() as Report;
  t.like(report, { wasOn: false, isOn: true, proof: 'files', survives: true, keptBy: 'server' });
  t.is(report.configuration, at.configuration);
  t.is(report.files.length, 3, report.files.join(' '));
  for (const file of report.files) t.true(existsSync(file), file);
  await client.set('after', 'y');
  // SIGKILL: no dump is saved at the end.
  await at.server().kill();
  await at.start();
  const again = at.server().client;
  t.is(await again.dbsize(), 20_000 + written + 1);
  t.is(await again.get('after'), 'y');
  t.deepEqual(await again.config('GET', 'appendonly'), ['appendonly', 'yes']);
  const second = await at.aof('enable');
  t.is(second.code, 0);
  t.regex(
    second.stdout,
    /is on, as it was before\nit is on the disk: 3 files, .*says so already\n$/s,
  );
});

test('disable: what is only in the AOF is in the dump before, and the old AOF stays and is named', async (t) => {
  const at = await startConfiguredServer(t, {
    text: OFF.replace('appendonly no', 'appendonly yes'),
  });
  const { client } = at.server();
  await fill(client, 5000);
  await client.set('only in the AOF', 'x');
  const result = await at.aof('disable', '--json');
  t.is(result.code, 0, result.stderr);
  const report = result.json() as Report;
  t.like(report, { wasOn: true, isOn: false, proof: 'files', survives: true, keptBy: 'server' });
  t.is(report.dump, path.join(at.directory, 'dump.rdb'));
  t.is(report.files[0], path.join(at.directory, 'appendonlydir/appendonly.aof.manifest'));
  await at.server().kill();
  await at.start();
  t.is(await at.server().client.dbsize(), 5001);
  t.is(await at.server().client.get('only in the AOF'), 'x');
  t.deepEqual(await at.server().client.config('GET', 'appendonly'), ['appendonly', 'no']);
  const second = await at.aof('disable');
  t.is(second.code, 0);
  t.regex(
    second.stdout,
    /is off, as it was before\nthe files of the AOF stay, and are old.*\nit stays off/,
  );
});

test('enable after disable: the old AOF on the disk does not count as the new one', async (t) => {
  const at = await startConfiguredServer(t, {
    text: OFF.replace('appendonly no', 'appendonly yes'),
  });
  const { client } = at.server();
  await client.set('first', 'x');
  t.is((await at.aof('disable')).code, 0);
  await client.set('second', 'x');
  const report = (await at.aof('enable', '--json')).json() as Report;
  t.true(
    report.files.some((file) => file.endsWith('.2.base.rdb')),
    report.files.join(' '),
  );
  await at.server().kill();
  await at.start();
  t.is(await at.server().client.dbsize(), 2);
});

test('appenddirname and appendfilename of its own', async (t) => {
  const names = 'appenddirname "my dir"\nappendfilename "my log.aof"\n';
  const at = await startConfiguredServer(t, { text: `${OFF}${names}` });
  await at.server().client.set('a', 'b');
  const report = (await at.aof('enable', '--json')).json() as Report;
  t.like(report, { proof: 'files', survives: true });
  t.is(report.files[0], path.join(at.directory, 'my dir/my log.aof.manifest'));
  await at.server().kill();
  await at.start();
  t.is(await at.server().client.get('a'), 'b');
});

test('disable with no save points is refused; with --force it is done, and a warning stays', async (t) => {
  const text = 'dir DIR\nsave ""\nappendonly yes\n';
  const at = await startConfiguredServer(t, { text });
  await at.server().client.set('a', 'b');
  const refused = await at.aof('disable');
  t.is(refused.code, 2);
  t.regex(
    refused.stderr,
    /^redis-rewind: .* has no save points .*\nhint: set save points first, such as 'redis-cli -[sp] \S+ CONFIG SET/,
  );
  t.deepEqual(await at.server().client.config('GET', 'appendonly'), ['appendonly', 'yes']);
  t.is(await at.text(), text.replace('DIR', at.directory));
  const forced = await at.aof('disable', '--force', '--json');
  t.is(forced.code, 3);
  const report = forced.json() as Report;
  t.like(report, { isOn: false, survives: true });
  t.deepEqual(
    report.notes.map(({ kind }) => kind),
    ['nothing-persisted'],
  );
  await at.restart();
  t.is(await at.server().client.get('a'), 'b');
});

test('a rewrite that fails: the AOF is off again, the configuration is as it was, and exit 30 says so', async (t) => {
  const at = await startConfiguredServer(t, { text: OFF });
  const { client } = at.server();
  await fill(client, 20_000);
  await client.call('CONFIG', 'SET', 'rdb-key-save-delay', '100');
  const enabling = at.aof('enable');
  await untilRewriting(at.server());
  await at.killChild();
  const result = await enabling;
  t.is(result.code, 30, result.stderr);
  t.is(result.stdout, '');
  t.regex(
    result.stderr,
    /^redis-rewind: Redis at \S+ could not write its AOF\nhint: read the log .*; the AOF is off again, as it was before\n$/,
  );
  t.true((await client.info('persistence')).includes('aof_enabled:0'));
  t.deepEqual(await client.config('GET', 'appendonly'), ['appendonly', 'no']);
  t.is(await at.text(), OFF.replace('DIR', at.directory));
  await client.call('CONFIG', 'SET', 'rdb-key-save-delay', '0');
  // The status of the last rewrite still says that it failed.
  const again = await at.aof('enable', '--json');
  t.is(again.code, 0, again.stderr);
  t.like(again.json(), { isOn: true, proof: 'files' });
});

test('an AOF that is on and on the disk, and whose last rewrite has failed: a warning', async (t) => {
  const text = OFF.replace('appendonly no', 'appendonly yes');
  const at = await startConfiguredServer(t, { text });
  const { client } = at.server();
  await fill(client, 20_000);
  await client.config('SET', 'rdb-key-save-delay', '100');
  await client.bgrewriteaof();
  await at.killChild();
  await until(async () => (await client.info('persistence')).includes('bgrewrite_status:err'));
  const result = await at.aof('enable', '--json');
  t.is(result.code, 3, result.stderr);
  const report = result.json() as Report;
  t.like(report, { wasOn: true, isOn: true, proof: 'files', keptBy: 'file' });
  t.deepEqual(
    report.notes.map(({ kind }) => kind),
    ['aof-failing'],
  );
});

test('an AOF that is on, and whose files are gone: exit 30 and how to write them anew', async (t) => {
  const text = OFF.replace('appendonly no', 'appendonly yes');
  const at = await startConfiguredServer(t, { text });
  await rm(path.join(at.directory, 'appendonlydir'), { recursive: true });
  const result = await at.aof('enable');
  t.is(result.code, 30, result.stdout);
  t.regex(
    result.stderr,
    /but there is none at '.*\/appendonlydir', or only an old one\nhint: .*BGREWRITEAOF/,
  );
  await at.server().client.bgrewriteaof();
  await until(async () => (await at.aof('enable')).code === 0);
  t.pass();
});

asRoot(
  'a disk without room is refused; with --force the server tries, and the AOF is off again',
  async (t) => {
    const at = await startConfiguredServer(t, { text: OFF });
    await at.stop();
    const owner = await redisUser();
    const options = `size=3m,mode=0700,uid=${owner?.uid ?? 0},gid=${owner?.gid ?? 0}`;
    await run('mount', ['-t', 'tmpfs', '-o', options, 'none', at.directory]);
    t.teardown(async () => {
      await at.stop();
      await run('umount', [at.directory]);
    });
    await at.start();
    const { client } = at.server();
    for (let index = 0; index < 5; index += 1) await client.set(`${index}`, randomBytes(1_000_000));
    const refused = await at.aof('enable', '--json');
    t.is(refused.code, 1);
    t.like(JSON.parse(refused.stderr), { code: 'NO_SPACE' });
    t.true((await client.info('persistence')).includes('aof_rewrites:0'));
    const forced = await at.aof('enable', '--force');
    t.is(forced.code, 30, forced.stdout);
    t.regex(forced.stderr, /could not write its AOF\nhint: read the log .*; the AOF is off again/);
    t.true((await client.info('persistence')).includes('aof_enabled:0'));
    t.is(await at.text(), OFF.replace('DIR', at.directory));
    const off = await at.aof('disable', '--json');
    t.is(off.code, 0, off.stderr);
    // With save points a failing save at the end would keep the server from ending.
    await client.config('SET', 'save', '');
  },
);

async function fill(client: RedisServer['client'], keys: number): Promise<void> {
  const pairs = Array.from({ length: keys }, (_, index) => [`key:${index}`, 'x'.repeat(100)]);
  await client.mset(pairs.flat());
}

async function untilRewriting(server: RedisServer): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!server.log().includes('Background append only file rewriting started')) {
    if (performance.now() > deadline) throw new Error(server.log());
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
