// The command `recover` on servers that are not plain: replicas and Sentinels around them, users with few rights, files of another
// owner, names of their own, save points, a directory that is a mount point. Each one has the recorded data afterwards.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, chown, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli, succeedCli } from '../../support/program/cli.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { until } from '../../support/program/until.js';
import {
  type ChangedServer,
  changedServer,
  digestOf,
  isRecovered,
  isUndone,
  recover,
} from '../../support/redis/recovered-server.js';
import { freePort, startRedisServer } from '../../support/redis/servers/redis-server.js';
import { readFlags, startSentinel, watching } from '../../support/redis/servers/redis-sentinel.js';
import {
  serverIn,
  startConfigured,
  withClient,
} from '../../support/redis/servers/unattended-server.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';

const run = promisify(execFile);

/** Everything below its directory belongs to the user of the server. */
function isOwned({ server }: ChangedServer): boolean {
  const { uid } = statSync(server.directory);
  const names = readdirSync(server.directory, { recursive: true }) as string[];
  return names
    .filter((name) => !name.startsWith('.redis-rewind'))
    .every((name) => statSync(path.join(server.directory, name)).uid === uid);
}

test('a replica follows the primary that was recovered', async (t) => {
  const port = await freePort();
  const stage = await changedServer(t, [`port ${port}`, 'repl-diskless-sync-delay 0']);
  const directory = await temporaryDirectory(t);
  const replica = await startRedisServer({
    directory,
    settings: { replicaof: `127.0.0.1 ${port}`, 'enable-debug-command': 'yes' },
  });
  t.teardown(async () => replica.kill());
  const isFollowing = async (): Promise<boolean> =>
    String(await replica.client.call('DEBUG', 'DIGEST')) === (await digestOf(stage.server)) &&
    (await replica.client.info('replication')).includes('master_link_status:up');
  await until(isFollowing);
  const before = await digestOf(stage.server);

  const refused = await recover(stage, '-r', '#1', '-p', String(replica.port));
  t.is(refused.code, 30);
  t.regex(refused.stderr, /is a replica of .*recover the primary at 127\.0\.0\.1/s);

  const report = await isRecovered(t, stage);
  t.true((report['notes'] as { kind: string }[]).some(({ kind }) => kind === 'replicas'));
  await until(isFollowing);
  t.is(String(await replica.client.call('DEBUG', 'DIGEST')), stage.recorded);
  await isUndone(t, stage, before);
  await until(isFollowing);
  t.is(String(await replica.client.call('DEBUG', 'DIGEST')), before);
});

test('under a Sentinel it is done; with a replica too it is refused before anything is changed, until the Sentinel forgets it', async (t) => {
  const port = await freePort();
  const stage = await changedServer(t, [`port ${port}`, 'repl-diskless-sync-delay 0']);
  const { server } = stage;
  const sentinel = await startSentinel(t, { lines: watching('mymaster', port, 1) });
  await until(async () => {
    const { stdout } = await recover(stage, '-r', '#1', '--dry-run');
    return stdout.includes('"watched"');
  });
  const state = await digestOf(server);
  await isRecovered(t, stage);
  await until(async () => {
    const flags = await readFlags(sentinel, 'mymaster');
    return flags.primary === 'master';
  });
  await isUndone(t, stage, state);
  const isWatched = async (): Promise<boolean> =>
    (await recover(stage, '-r', '#1', '--dry-run')).code === 30;
  const directory = await temporaryDirectory(t);
  const replica = await startRedisServer({
    directory,
    settings: { replicaof: `127.0.0.1 ${port}`, 'enable-debug-command': 'yes' },
  });
  t.teardown(async () => replica.kill());
  await until(isWatched);
  const [processId, before] = [serverIn(server.directory), await digestOf(server)];
  const refused = await recover(stage, '-r', '#1');
  t.is(refused.code, 30);
  t.regex(
    refused.stderr,
    /the Sentinels would make one of them the primary while the server is stopped.*SENTINEL REMOVE NAME/s,
  );
  t.is(serverIn(server.directory), processId);
  t.is(await digestOf(server), before);

  await sentinel.client.call('SENTINEL', 'REMOVE', 'mymaster');
  await until(async () => !(await isWatched()));
  await isRecovered(t, stage);
  await sentinel.client.call('SENTINEL', 'MONITOR', 'mymaster', '127.0.0.1', String(port), '1');
  await until(async () => String(await replica.client.call('DEBUG', 'DIGEST')) === stage.recorded);
});

/** As docs/cli.md has them. */
const RIGHTS = '+ping +info +time +config|get +bgsave +pubsub|numsub +shutdown';

test('a user with few rights recovers, and a wrong password is refused before anything is changed', async (t) => {
  const stage = await changedServer(t, [
    `user recover on >secret -@all ${RIGHTS}`,
    'appendonly yes',
  ]);
  const { server, root } = stage;
  const passFile = path.join(root, 'password');
  await writeFile(passFile, 'secret\n', { mode: 0o600 });
  const login = ['--user', 'recover', '--pass-file', passFile];
  const before = await digestOf(server);
  await isRecovered(t, stage, ...login);
  await isUndone(t, stage, before, ...login);
  const wrong = path.join(root, 'wrong');
  await writeFile(wrong, 'other\n', { mode: 0o600 });
  const refused = await recover(stage, '-r', '#1', '--user', 'recover', '--pass-file', wrong);
  t.is(refused.code, 30);
  t.is(await digestOf(server), before);
});

asRoot(
  'files of the snapshot that belong to root are given to the user of the server',
  async (t) => {
    const stage = await changedServer(t, [
      'appendonly yes',
      'appenddirname log',
      'appendfilename my.aof',
    ]);
    const { root, server } = stage;
    const source = path.join(root, 'copied');
    await run('cp', ['-r', path.join(stage.repository, 'log'), source]);
    await mkdir(path.join(root, 'copies'));
    await run('mv', [source, path.join(root, 'copies', 'log')]);
    await chmod(path.join(root, 'copies', 'log'), 0o700);
    const repository = path.join(root, 'copies-repository');
    await succeedCli(['backup', path.join(root, 'copies'), repository]);
    t.is(statSync(path.join(root, 'copies', 'log')).uid, 0);
    await isRecovered(t, { ...stage, repository });
    t.true(isOwned(stage));
    await run('redis-check-aof', [path.join(server.directory, 'log', 'my.aof.manifest')]);
  },
);

test('with save points, and a dump of its own name, nothing is written over', async (t) => {
  const stage = await changedServer(t, ['save 3600 1', 'dbfilename night.rdb']);
  const { server } = stage;
  const before = await digestOf(server);
  await isRecovered(t, stage);
  t.true(isOwned(stage));
  await run('redis-check-rdb', [path.join(server.directory, 'night.rdb')]);
  await isUndone(t, stage, before);
});

test('--use rdb under appendonly yes, with names of its own: what is written after survives a crash', async (t) => {
  const lines = [
    'appendonly yes',
    'appendfsync always',
    'appenddirname "my log"',
    'appendfilename a.aof',
    'save 3600 1',
  ];
  const stage = await changedServer(t, lines);
  const { server } = stage;
  const report = await isRecovered(t, stage, '--use', 'rdb');
  t.like(report, { protocol: 'rdb-as-base', now: { isAofOn: true } });
  await run('redis-check-aof', [path.join(server.directory, 'my log', 'a.aof.manifest')]);
  await run('redis-cli', ['-s', server.socket, 'set', 'after', '1']);
  const after = await digestOf(server);
  process.kill(serverIn(server.directory) ?? 0, 'SIGKILL');
  await until(async () => serverIn(server.directory) === null);
  await startConfigured(server, await redisUser());
  t.is(await digestOf(server), after);
});

asRoot(
  'a data directory that is a mount point: what was there stays within, and backups leave it out',
  async (t) => {
    const owner = await redisUser();
    const stage = await changedServer(t, [], async (directory) => {
      const behind = `${directory}.disk`;
      await mkdir(behind);
      if (owner !== undefined) await chown(behind, owner.uid, owner.gid);
      await run('mount', ['--bind', behind, directory]);
      t.teardown(async () => {
        await run('umount', ['-l', directory]);
      });
    });
    const { server, repository } = stage;
    const before = await digestOf(server);
    const report = await isRecovered(t, stage);
    const { folder } = report['aside'] as { folder: string };
    t.is(path.dirname(folder), server.directory);
    t.true(existsSync(path.join(folder, 'dump.rdb')));
    t.is(statSync(folder).mode & 0o777, 0o700);
    await succeedCli(['backup', '-s', server.socket, repository]);
    const { stdout } = await succeedCli(['list', '--files', repository]);
    t.false(stdout.includes('.redis-rewind-aside'), stdout);
    await isUndone(t, stage, before);
  },
);

test('a dump that is too new for the server is refused while it runs on', async (t) => {
  const stage = await changedServer(t, []);
  const { root, server } = stage;
  const source = path.join(root, 'newer');
  await mkdir(source);
  await copyFile(
    fixturePath('rdb', 'newer', 'redis-8.6-streams.rdb'),
    path.join(source, 'dump.rdb'),
  );
  const repository = path.join(root, 'newer-repository');
  await runCli(['backup', source, repository]);
  const [processId, before] = [serverIn(server.directory), await digestOf(server)];
  const refused = await recover({ ...stage, repository }, '-r', 'now');
  t.is(refused.code, 30);
  t.regex(refused.stderr, /which Redis 7\.0 does not load/);
  t.is(serverIn(server.directory), processId);
  t.is(await digestOf(server), before);
});

test('a server without `dir` is started again in the directory in which it worked', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'data');
  const socket = path.join(directory, 'redis.sock');
  const configuration = path.join(directory, 'redis.conf');
  await mkdir(directory);
  await writeFile(configuration, `port 0\nunixsocket ${socket}\nsave 3600 1\n`);
  const line = 'cd "$1" && exec setsid redis-server ./redis.conf >/dev/null 2>&1 &';
  await run('sh', ['-c', line, 'sh', directory]);
  t.teardown(() => {
    const processId = serverIn(directory);
    if (processId !== null) process.kill(processId, 'SIGKILL');
  });
  await until(async () => existsSync(socket));
  const server = { directory, socket, configuration };
  await withClient(server, async (client) => client.set('key', 'of the night'));
  const repository = path.join(path.dirname(directory), 'repository');
  await succeedCli(['backup', '-s', socket, repository]);
  await withClient(server, async (client) => client.flushall());
  await succeedCli(['recover', '-r', '#1', '--yes', '-s', socket, repository]);
  await withClient(server, async (client) => {
    t.is(await client.get('key'), 'of the night');
    t.deepEqual(await client.call('CONFIG', 'GET', 'dir'), ['dir', directory]);
  });
  await succeedCli(['recover', '--undo', '--yes', '-s', socket, repository]);
  await withClient(server, async (client) => t.is(await client.dbsize(), 0));
});
