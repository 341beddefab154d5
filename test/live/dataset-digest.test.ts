// The live tests rely on the dataset digest, so the digest has tests of its own: equal for equal data in another
// order and after a reload, different for the smallest difference in each kind of value.
import test, { type ExecutionContext } from 'ava';
import type { Redis } from 'ioredis';

import { datasetDigest } from '../support/redis/data/dataset-digest.js';
import { populate } from '../support/redis/data/redis-dataset.js';
import { mutate } from '../support/redis/data/redis-mutations.js';
import { withRedisServer } from '../support/redis/servers/redis-server.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

/** Pairs of commands: the first makes a difference, the second takes it back. */
const DIFFERENCES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'a byte of a string',
    ['SETRANGE', 'large:text', '3', 'X'],
    ['SETRANGE', 'large:text', '3', ' '],
  ],
  ['a bit', ['SETBIT', 'large:bits', '7', '1'], ['SETBIT', 'large:bits', '7', '0']],
  ['an item of a list', ['LPUSH', 'large:list', 'new'], ['LPOP', 'large:list']],
  ['a member of a set', ['SADD', 'large:set', 'new'], ['SREM', 'large:set', 'new']],
  ['a member of an integer set', ['SADD', 'large:intset', '-1'], ['SREM', 'large:intset', '-1']],
  ['a field of a hash', ['HSET', 'large:hash', 'new', '1'], ['HDEL', 'large:hash', 'new']],
  ['a member of a sorted set', ['ZADD', 'large:zset', '1', 'new'], ['ZREM', 'large:zset', 'new']],
  ['a score', ['ZADD', 'large:zset', '1', 'top'], ['ZADD', 'large:zset', '+inf', 'top']],
  ['an expiry time', ['PEXPIREAT', 'large:set', '4102444800001'], ['PERSIST', 'large:set']],
  ['the name of a key', ['RENAME', 'large:set', 'other'], ['RENAME', 'other', 'large:set']],
  ['the database of a key', ['MOVE', 'large:hll', '9'], []],
  [
    'a consumer group',
    ['XGROUP', 'CREATE', 'large:stream', 'new', '0'],
    ['XGROUP', 'DESTROY', 'large:stream', 'new'],
  ],
  ['a pending entry', ['XCLAIM', 'large:stream', 'workers', 'idle', '0', '@pending'], []],
  ['a stream entry', ['XADD', 'large:stream', '9000000000000-0', 'a', 'b'], []],
  ['a function', ['FUNCTION', 'FLUSH'], []],
];

test('the digest is the same for the same seed in another server', async (t) => {
  const digests = await Promise.all(
    [1, 2].map(async () =>
      onFilledServer(t, async (client) => {
        await mutate(client, 'same', 10);
        return datasetDigest(client);
      }),
    ),
  );
  t.deepEqual(digests[0], digests[1]);
  t.true((digests[0]?.keys ?? 0) > 400, String(digests[0]?.keys ?? 0));
  const other = await onFilledServer(t, async (client) => {
    await mutate(client, 'other', 10);
    return datasetDigest(client);
  });
  t.not(other.sha256, digests[0]?.sha256);
});

test('the dataset has every type in the main database', async (t) => {
  const { databases } = await onFilledServer(t, datasetDigest);
  const types = ['hash', 'list', 'set', 'stream', 'string', 'zset'];
  t.deepEqual(Object.keys(databases['0']?.types ?? {}), types);
  t.deepEqual(Object.keys(databases), ['0', '1', '5', '15']);
});

test('the digest is the same after the data was written and read again', async (t) => {
  await onFilledServer(t, async (client) => {
    const before = await datasetDigest(client);
    await client.call('DEBUG', 'RELOAD');
    t.deepEqual(await datasetDigest(client), before);
  });
});

for (const [what, change, revert] of DIFFERENCES) {
  test(`the digest shows ${what}`, async (t) => {
    await onFilledServer(t, async (client) => {
      const before = await datasetDigest(client);
      await send(client, change);
      const after = await datasetDigest(client);
      t.not(after.sha256, before.sha256);
      if (revert.length > 0) {
        await send(client, revert);
        t.deepEqual(await datasetDigest(client), before);
      }
    });
  });
}

async function onFilledServer<T>(
  t: ExecutionContext,
  use: (client: Redis) => Promise<T>,
): Promise<T> {
  const directory = await temporaryDirectory(t);
  const settings = { 'enable-debug-command': 'local' };
  return withRedisServer({ directory, settings }, async ({ client }) => {
    await populate(client, 'digest', 400);
    return use(client);
  });
}

async function send(client: Redis, command: readonly string[]): Promise<void> {
  const [name = '', ...args] = command;
  const pending = args.includes('@pending')
    ? ((await client.call('XPENDING', 'large:stream', 'workers')) as [number, string])[1]
    : '';
  await client.call(
    name,
    args.map((arg) => (arg === '@pending' ? pending : arg)),
  );
}
