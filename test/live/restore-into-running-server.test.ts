// A restore into the directory in which a real redis-server is running: refused, since the server would
// write its own data over it; with --force, or once it is stopped, it is done and a server loads it.
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

import test, { type ExecutionContext } from 'ava';

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
  t.regex(stderr, /^hint: stop the server first/m);
  t.deepEqual(treeDifferences(before, await readTree(data)), []);
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

test('with --force the restore is done, and the server loads the result when it starts again', async (t) => {
  const { repository, data, server } = await makePlace(t);
  await server.client.set('key', 'of the running server');
  await saveDump(server);
  await succeedCli(['restore', '--force', repository, data]);
  await server.kill();
  await withRedisServer({ directory: data }, async ({ client }) => {
    t.is(await client.get('key'), 'from the repository');
  });
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
