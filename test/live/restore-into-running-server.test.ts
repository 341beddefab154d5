// A restore into the directory in which a real redis-server is running: refused, since the server would
// write its own data over it, whatever name it has for the directory. With --force it is done with a warning,
// and once the server is stopped it is done and a server loads it.
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

import test, { type ExecutionContext } from 'ava';

import type { RestoreReport } from '../../src/engine/restore/restore-report.js';
import { mountAgain } from '../support/files/mounted.js';
import { asRoot } from '../support/program/as-root.js';
import { runCli, succeedCli } from '../support/program/cli.js';
import { readTree, treeDifferences } from '../support/files/directory-tree.js';
import { saveDump } from '../support/redis/data/redis-persistence.js';
import {
  type RedisServer,
  startRedisServer,
  withRedisServer,
} from '../support/redis/servers/redis-server.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

interface Place {
  readonly repository: string;
  /** The data directory of `server`, with nothing in it. */
  readonly data: string;
  readonly server: RedisServer;
}

/** A repository with one key of another server's in it, and a server that runs in an empty directory. */
async function makePlace(t: ExecutionContext): Promise<Place> {
  const directory = await temporaryDirectory(t);
  const at = (name: string): string => path.join(directory, name);
  await mkdir(at('origin'));
  await withRedisServer({ directory: at('origin') }, async (origin) => {
    await origin.client.set('key', 'from the repository');
    await saveDump(origin);
  });
  await succeedCli(['backup', at('origin'), at('repository')]);
  await mkdir(at('data'));
  const server = await startRedisServer({ directory: at('data') });
  t.teardown(async () => server.stop());
  return { repository: at('repository'), data: at('data'), server };
}

async function isRefused(
  t: ExecutionContext,
  { server, data }: Place,
  ...operands: readonly string[]
): Promise<void> {
  const before = await readTree(data);
  const { code, stderr } = await runCli(['restore', ...operands]);
  t.is(code, 14, stderr);
  t.true(stderr.includes(`a Redis server (process ${server.pid}) is running in '${data}'`), stderr);
  const [whole = ''] = /^.*\/repository(?:-of-aof)?(?=\/|$)/.exec(operands[0] ?? '') ?? [];
  const time = await newestTime(whole);
  const recover = `redis-rewind recover -r ${time} ${whole} --data-dir ${data}`;
  t.true(
    stderr.endsWith(`\nhint: stop the server first, or let all of it be done: ${recover}\n`),
    stderr,
  );
  t.deepEqual(treeDifferences(before, await readTree(data)), []);
}

async function newestTime(repository: string): Promise<string> {
  const { snapshots } = (await succeedCli(['list', '--json', repository])).json() as {
    readonly snapshots: readonly { readonly time: string }[];
  };
  return snapshots.at(-1)?.time ?? '';
}

test('the directory of a running server is refused, by all its names, empty or not', async (t) => {
  const place = await makePlace(t);
  const { repository, data, server } = place;
  await symlink('data', `${data}-link`);
  for (const name of [data, `${data}-link`]) {
    await isRefused(t, place, repository, name);
    await isRefused(t, place, `${repository}/dump.rdb`, `${name}/dump.rdb`);
  }
  await server.client.set('key', 'of the running server');
  await saveDump(server);
  await isRefused(t, place, repository, data);
  await isRefused(t, place, `${repository}/dump.rdb`, `${data}/dump.rdb`);
});

test('an archive is refused there too, and the hint says how recover takes it', async (t) => {
  const { repository, data } = await makePlace(t);
  const archive = `${repository}.tar.zst`;
  await succeedCli(['export', repository, archive]);
  const { code, stderr } = await runCli(['restore', '--from', archive, data]);
  t.is(code, 14, stderr);
  const recover = `redis-rewind recover --from ARCHIVE -i FILE REPO --data-dir ${data}`;
  t.true(stderr.endsWith(`or let all of it be done: ${recover}\n`), stderr);
});

test('the AOF folder of a running server is refused, a new folder beside it is not', async (t) => {
  const place = await makePlace(t);
  const { repository, data } = place;
  await mkdir(`${data}/appendonlydir`);
  await isRefused(t, place, repository, `${data}/appendonlydir`);
  await isRefused(t, place, `${repository}/dump.rdb`, `${data}/appendonlydir/dump.rdb`);
  await succeedCli(['restore', repository, `${data}/as-of-yesterday`]);
  t.deepEqual(await readdir(`${data}/as-of-yesterday`), ['dump.rdb']);
});

test('a directory beside that of a running server is accepted', async (t) => {
  const { repository, data } = await makePlace(t);
  await succeedCli(['restore', repository, `${data}-2`]);
  t.deepEqual(await readdir(`${data}-2`), ['dump.rdb']);
});

test('with --force the restore is done, and says that the server may overwrite it, as the server does', async (t) => {
  const { repository, data, server } = await makePlace(t);
  await server.client.set('key', 'of the running server');
  await saveDump(server);
  const forced = ['restore', '--force', repository, data];
  const { stderr } = await succeedCli(forced, { expectedCode: 3 });
  t.true(
    stderr.includes(
      `warning: a Redis server (process ${server.pid}) is running in '${data}': when it saves or is stopped, it may overwrite what was restored`,
    ),
    stderr,
  );
  const recover = `redis-rewind recover -r ${await newestTime(repository)} ${repository} --data-dir ${data}`;
  t.true(
    stderr.includes(
      `\nhint: stop it, and then restore once more; or let all of it be done: ${recover}\n`,
    ),
    stderr,
  );
  await server.client.config('SET', 'save', '3600 1');
  await server.client.set('other', 'changed since');
  await server.stop();
  await holds(t, data, 'of the running server');

  const again = await startRedisServer({ directory: data });
  const { notes } = (
    await succeedCli(['--json', ...forced], { expectedCode: 3 })
  ).json() as RestoreReport;
  await again.kill();
  t.deepEqual(
    notes.map(({ kind, severity }) => [kind, severity]),
    [['running-server', 'look']],
  );
  await holds(t, data, 'from the repository');
});

/** What a server loads that starts in the directory. */
async function holds(t: ExecutionContext, directory: string, value: string): Promise<void> {
  await withRedisServer({ directory }, async ({ client }) => {
    t.is(await client.get('key'), value);
  });
}

asRoot('a server in a container is found, whatever name it has for the directory', async (t) => {
  const { repository, data, server } = await makePlace(t);
  await server.stop();
  await mkdir(`${data}-inside`);
  const contained = await startRedisServer({ directory: data, seenAs: `${data}-inside` });
  t.teardown(async () => contained.stop());
  await contained.client.set('key', 'of the running server');
  await saveDump(contained);
  const place = { repository, data, server: contained };
  await isRefused(t, place, repository, data);
  await isRefused(t, place, `${repository}/dump.rdb`, `${data}/dump.rdb`);
  // The name that the server has for it is another directory here.
  await succeedCli(['restore', repository, `${data}-inside`]);
  await succeedCli(['restore', '--force', repository, data], { expectedCode: 3 });
});

asRoot('a server is found behind a bind mount of its directory', async (t) => {
  const place = await makePlace(t);
  const { repository, data, server } = place;
  await server.client.set('key', 'of the running server');
  await saveDump(server);
  await mountAgain(t, data, `${data}-mounted`);
  for (const operands of [
    [repository, `${data}-mounted`],
    [`${repository}/dump.rdb`, `${data}-mounted/dump.rdb`],
  ]) {
    const { code, stderr } = await runCli(['restore', ...operands]);
    t.is(code, 14, stderr);
    t.true(stderr.includes(`(process ${server.pid}) is running in '${data}-mounted'`), stderr);
  }
});

asRoot('a server is found where a link leads to its AOF folder, also in a container', async (t) => {
  const { repository, data, server } = await makePlace(t);
  await server.stop();
  await mkdir(`${data}-inside`);
  await mkdir(`${data}-disk/aof`, { recursive: true });
  await symlink(`${data}-disk/aof`, `${data}/appendonlydir`);
  for (const seenAs of [undefined, `${data}-inside`]) {
    const options = { directory: data, appendOnly: true };
    const running = await startRedisServer(seenAs === undefined ? options : { ...options, seenAs });
    t.teardown(async () => running.stop().catch(() => undefined));
    const { code, stderr } = await runCli(['restore', repository, `${data}-disk/aof`]);
    t.is(code, 14, stderr);
    t.true(stderr.includes(`(process ${running.pid}) is running in '${data}-disk/aof'`), stderr);
    await running.stop();
  }
});

test('the AOF folder of a running server is refused too where it was moved away', async (t) => {
  const { data, repository } = await makePlace(t);
  await mkdir(`${data}-with-aof`);
  const server = await startRedisServer({ directory: `${data}-with-aof`, appendOnly: true });
  t.teardown(async () => server.stop());
  await succeedCli(['backup', `${data}-with-aof`, `${repository}-of-aof`]);
  await rename(`${data}-with-aof/appendonlydir`, `${data}-with-aof/moved`);
  const place = { repository, data: `${data}-with-aof`, server };
  const folder = `${data}-with-aof/appendonlydir`;
  await isRefused(t, place, `${repository}-of-aof/appendonlydir`, folder);
});

test('once the server is stopped, its directory is accepted', async (t) => {
  const { repository, data, server } = await makePlace(t);
  await server.stop();
  await rm(`${data}/dump.rdb`, { force: true });
  await succeedCli(['restore', repository, data]);
  await withRedisServer({ directory: data }, async ({ client }) => {
    t.is(await client.get('key'), 'from the repository');
  });
});
