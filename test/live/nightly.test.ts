// The main job on a real server: six nights of save and backup while the data changes, the server
// restarts, crashes and rewrites its AOF; then every night is restored, compared byte for byte with a
// copy kept then, loaded by a redis-server from RDB and from AOF, and its keys compared.
import { execFile } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import test, { type ExecutionContext } from 'ava';

import { runCli, succeedCli } from '../support/program/cli.js';
import { datasetDigest, type DatasetDigest } from '../support/redis/data/dataset-digest.js';
import { readTree, treeDifferences, type Tree } from '../support/files/directory-tree.js';
import { populate } from '../support/redis/data/redis-dataset.js';
import { mutate } from '../support/redis/data/redis-mutations.js';
import {
  rewriteAof,
  saveDump,
  settlePersistence,
} from '../support/redis/data/redis-persistence.js';
import {
  startRedisServer,
  withRedisServer,
  type RedisServer,
} from '../support/redis/servers/redis-server.js';
import { redisUser } from '../support/redis/servers/redis-user.js';
import { makeTemporaryDirectory, removeTree } from '../support/files/temporary-directory.js';

interface SnapshotJson {
  readonly id: number;
  readonly time: string;
  readonly files: number;
  readonly sourceBytes: number;
  readonly addedBytes: number;
  readonly changedFiles: number;
}

interface BackupJson {
  readonly snapshot: SnapshotJson;
  readonly newFiles: number;
  readonly changedFiles: number;
  readonly deletedFiles: number;
  readonly incrementBytes: number;
  readonly elapsedMs: number;
}

/** What was recorded on the night itself, without any help from the program. */
interface Night {
  readonly digest: DatasetDigest;
  readonly tree: Tree;
  readonly copy: string;
  readonly report: BackupJson;
}

const KEYS = 4000;
const NIGHTS = [
  'first backup',
  'changes',
  'restart, changes',
  'changes, AOF rewrite, changes',
  'crash, changes',
  'nothing',
] as const;

const run = promisify(execFile);
const owner = await redisUser();
const nights: Night[] = [];
let base = '';
let repository = '';

test.before(async () => {
  base = await makeTemporaryDirectory();
  repository = path.join(base, 'backups', 'redis');
  const data = path.join(base, 'data');
  await makeDataDirectory(data);
  let server = await start(data);
  try {
    for (const [index, night] of NIGHTS.entries()) {
      server = await liveThrough(night, index, server);
      nights.push(await keepAndBackUp(server, index));
    }
  } finally {
    await server.stop();
  }
});

test.after.always(async () => {
  if (base !== '') await removeTree(base);
});

test('each night is one snapshot, oldest first, at a time of its own', async (t) => {
  const { snapshots } = (await succeedCli(['list', repository, '--json'])).json() as {
    snapshots: SnapshotJson[];
  };
  t.deepEqual(
    snapshots.map(({ id, time, files, sourceBytes }) => ({ id, time, files, sourceBytes })),
    nights.map(({ report: { snapshot } }) => ({
      id: snapshot.id,
      time: snapshot.time,
      files: snapshot.files,
      sourceBytes: snapshot.sourceBytes,
    })),
  );
  const times = snapshots.map(({ time }) => Date.parse(time));
  t.deepEqual(
    times,
    [...new Set(times)].toSorted((a, b) => a - b),
  );
  t.deepEqual(
    nights.map(({ report }) => report.snapshot.files),
    nights.map(({ tree }) => filesOf(tree).length),
  );
});

test('a night reports what changed in the data directory since the one before', (t) => {
  t.plan(4 * (NIGHTS.length - 1) + 1);
  t.is(nights[0]?.report.newFiles, filesOf(nights[0]?.tree ?? {}).length);
  for (const [index, { tree, report }] of nights.entries()) {
    const before = nights[index - 1]?.tree;
    if (before === undefined) continue;
    const names = filesOf(tree);
    const namesBefore = filesOf(before);
    t.is(report.newFiles, names.filter((name) => !namesBefore.includes(name)).length);
    t.is(report.deletedFiles, namesBefore.filter((name) => !names.includes(name)).length);
    const changed = names.filter(
      (name) => namesBefore.includes(name) && tree[name]?.mtimeNs !== before[name]?.mtimeNs,
    );
    t.is(report.changedFiles, changed.length);
    t.true(
      report.incrementBytes < report.snapshot.sourceBytes,
      `${report.incrementBytes}, ${report.snapshot.sourceBytes}`,
    );
  }
});

test('a night in which nothing changed costs no increment', (t) => {
  const last = nights.at(-1)?.report;
  t.is(last?.changedFiles, 0);
  t.is(last?.incrementBytes, 0);
});

test('every version in the repository is proved', async (t) => {
  const result = await runCli(['verify', repository, '--json']);
  t.is(result.code, 0, result.stderr);
  const report = result.json() as { versionsChecked: number; problems: unknown[] };
  t.deepEqual(report.problems, []);
  t.true(
    report.versionsChecked > filesOf(nights[0]?.tree ?? {}).length,
    `${report.versionsChecked}, ${filesOf(nights[0]?.tree ?? {}).length}`,
  );
});

test('the newest night lies in the repository as plain files that a server loads', async (t) => {
  const newest = nights.at(-1);
  const directory = path.join(base, 'mirror-loaded');
  await makeDataDirectory(directory);
  for (const name of ['dump.rdb', 'appendonlydir']) {
    await run('cp', ['-a', path.join(repository, name), directory]);
  }
  const copied = await readTree(directory);
  t.deepEqual(filesIn(copied), filesIn(newest?.tree ?? {}));
  t.deepEqual(await loadedDigest(directory, true), newest?.digest);
});

for (const [index, title] of NIGHTS.entries()) {
  const number = index + 1;

  test(`night ${number} (${title}): the whole directory comes back and a server loads it`, async (t) => {
    const night = nightAt(t, index);
    const destination = path.join(base, `whole-${number}`);
    const time = night.report.snapshot.time;
    await succeedCli(['restore', '-r', time, repository, destination]);
    const restored = await readTree(destination);
    t.deepEqual(treeDifferences(night.tree, restored), []);
    t.deepEqual(treeDifferences(await readTree(night.copy), restored), []);
    t.deepEqual(await loadedDigest(destination, true), night.digest);
  });

  test(`night ${number} (${title}): dump.rdb alone comes back and a server loads it`, async (t) => {
    const night = nightAt(t, index);
    const directory = path.join(base, `dump-${number}`);
    await makeDataDirectory(directory);
    const dump = path.join(directory, 'dump.rdb');
    const back = `${NIGHTS.length - 1 - index}B`;
    // The AOF of the snapshot does not come with it, and a warning says what that means.
    const line = ['-r', back, path.join(repository, 'dump.rdb'), dump];
    const { stderr } = await succeedCli(line, { expectedCode: 3 });
    t.regex(
      stderr,
      /^redis-rewind: warning: 'dump\.rdb' was restored without the append-only file: /,
    );
    const kept = await readTree(path.join(night.copy, 'dump.rdb'));
    t.deepEqual(treeDifferences(kept, await readTree(dump)), []);
    t.deepEqual(await loadedDigest(directory, false), night.digest);
  });

  test(`night ${number} (${title}): the AOF alone comes back and a server loads it`, async (t) => {
    const night = nightAt(t, index);
    const directory = path.join(base, `aof-${number}`);
    await makeDataDirectory(directory);
    const aof = path.join(directory, 'appendonlydir');
    const time = night.report.snapshot.time;
    await succeedCli(['restore', '-r', time, path.join(repository, 'appendonlydir'), aof]);
    const kept = await readTree(path.join(night.copy, 'appendonlydir'));
    t.deepEqual(treeDifferences(kept, await readTree(aof)), []);
    t.deepEqual(await loadedDigest(directory, true), night.digest);
  });
}

test('a crontab line written for rdiff-backup works and is silent', async (t) => {
  const [first, second] = [nightAt(t, 0), nightAt(t, 1)];
  const source = path.join(base, 'cron-source');
  const target = path.join(base, 'cron', 'redis');
  const line = ['--preserve-numerical-ids', '--no-file-statistics', source, target];
  for (const { copy } of [first, second]) {
    await removeTree(source);
    await run('cp', ['-a', copy, source]);
    const result = await succeedCli(line);
    t.is(result.stdout, '');
    t.is(result.stderr, '');
  }
  for (const [time, { tree }] of [['1B', first] as const, ['now', second] as const]) {
    const destination = path.join(base, `cron-${time}`);
    await succeedCli(['-r', time, target, destination]);
    t.deepEqual(treeDifferences(tree, await readTree(destination)), []);
  }
});

/** What happens between two backups; returns the server that runs afterwards. */
async function liveThrough(
  night: (typeof NIGHTS)[number],
  index: number,
  running: RedisServer,
): Promise<RedisServer> {
  let server = running;
  if (night === 'first backup') {
    await populate(server.client, 'nightly', KEYS);
  }
  if (night === 'restart, changes' || night === 'crash, changes') {
    await (night === 'crash, changes' ? server.kill() : server.stop());
    server = await start(server.directory);
  }
  if (night.includes('changes')) {
    await mutate(server.client, `night ${index}`, 4);
  }
  if (night.includes('AOF rewrite')) {
    await rewriteAof(server);
    await mutate(server.client, `night ${index}, after the rewrite`, 2);
  }
  if (night !== 'nothing') {
    await saveDump(server);
  }
  return server;
}

/** Records what is there, by means of its own, and backs it up. */
async function keepAndBackUp(server: RedisServer, index: number): Promise<Night> {
  const data = server.directory;
  await settlePersistence(server);
  const digest = await datasetDigest(server.client);
  const copy = path.join(base, `copy-${index + 1}`);
  await run('cp', ['-a', data, copy]);
  const tree = await readTree(data);
  const result = await succeedCli(['backup', data, repository, '--json']);
  return { digest, tree, copy, report: result.json() as BackupJson };
}

/** Save points as in redis.conf, so that a stop of the server saves, as it does on a real machine. */
async function start(directory: string): Promise<RedisServer> {
  return startRedisServer({
    directory,
    appendOnly: true,
    save: '3600 1 300 100 60 10000',
    ...(owner === undefined ? {} : { owner }),
  });
}

async function loadedDigest(directory: string, appendOnly: boolean): Promise<DatasetDigest> {
  return withRedisServer(
    { directory, appendOnly, ...(owner === undefined ? {} : { owner }) },
    async ({ client }) => datasetDigest(client),
  );
}

async function makeDataDirectory(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o750 });
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
}

function nightAt(t: ExecutionContext, index: number): Night {
  const night = nights[index];
  if (night === undefined) {
    t.fail(`night ${index + 1} was not recorded`);
    throw new Error('the history is incomplete');
  }
  return night;
}

function filesOf(tree: Tree): string[] {
  return Object.keys(tree).filter((name) => tree[name]?.type === 'file');
}

function filesIn(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([, entry]) => entry.type === 'file'));
}
