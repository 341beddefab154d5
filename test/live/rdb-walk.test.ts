// Against the redis-server of this machine: the walk finds the keys that the server has, with the very
// bytes that DUMP gives for their values, and counts what redis-check-rdb counts; the vectors made by
// hand are RDBs to redis too, as far as its version knows them.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import test from 'ava';

import { decodeRdbString } from '../../src/persistence/rdb/decode-string.js';
import { describeType } from '../../src/persistence/rdb/value-types.js';
import { type AnnotatedRdb, readAnnotatedRdbs } from '../persistence/rdb/annotated-hex.js';
import { findInBytes, findInPieces } from '../persistence/rdb/found-records.js';
import { askForKeys, keysOfWalk } from '../persistence/rdb/server-keys.js';
import { populate } from '../support/redis/data/redis-dataset.js';
import { mutate } from '../support/redis/data/redis-mutations.js';
import { saveDump } from '../support/redis/data/redis-persistence.js';
import { askAll } from '../support/redis/redis-reply.js';
import { type RedisServer, withRedisServer } from '../support/redis/servers/redis-server.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

const run = promisify(execFile);

/** A DUMP payload ends with the RDB's version and a checksum. */
const DUMP_TRAILER_BYTES = 10;

interface CheckedRdb {
  readonly keys: number;
  readonly expires: number;
  readonly isChecksumOk: boolean;
}

async function checkRdb(file: string): Promise<CheckedRdb> {
  const { stdout } = await run('redis-check-rdb', [file]);
  if (!stdout.includes('RDB looks OK!')) throw new Error(stdout);
  return {
    keys: Number(/(\d+) keys read/.exec(stdout)?.[1]),
    expires: Number(/(\d+) expires/.exec(stdout)?.[1]),
    isChecksumOk: stdout.includes('Checksum OK'),
  };
}

async function compareWithServer(
  t: { deepEqual: (actual: unknown, expected: unknown) => void },
  server: RedisServer,
): Promise<void> {
  await saveDump(server);
  const file = path.join(server.directory, 'dump.rdb');
  const bytes = await readFile(file);
  const found = await findInBytes(bytes);
  const { walk } = found;
  t.deepEqual(keysOfWalk(bytes, found), await askForKeys(server.client));
  t.deepEqual(
    { keys: walk.keys, expires: walk.expiringKeys, isChecksumOk: walk.checksum === 'ok' },
    await checkRdb(file),
  );
  for (const { database, keys } of walk.databases) {
    await server.client.call('SELECT', database);
    t.deepEqual(await server.client.call('DBSIZE'), keys);
    const records = found.records.filter((record) => record.database === database);
    const payloads = await askAll(
      server.client,
      records.map(({ typeAt }) => ['DUMP', decodeRdbString(bytes, typeAt + 1).value]),
    );
    const differing = records.filter(({ typeAt, valueAt, endAt }, index) => {
      const payload = payloads[index];
      const value = Buffer.concat([
        bytes.subarray(typeAt, typeAt + 1),
        bytes.subarray(valueAt, endAt),
      ]);
      return !(Buffer.isBuffer(payload) && payload.subarray(0, -DUMP_TRAILER_BYTES).equals(value));
    });
    t.deepEqual(differing, []);
  }
  await server.client.call('SELECT', 0);
}

for (const [title, settings] of [
  ['as it is set up', {}],
  ['without compression', { rdbcompression: 'no' }],
  ['with idle times', { 'maxmemory-policy': 'allkeys-lru' }],
  ['with frequencies', { 'maxmemory-policy': 'allkeys-lfu' }],
] as const) {
  test(`the walk finds the keys and values of a server ${title}`, async (t) => {
    const directory = await temporaryDirectory(t);
    await withRedisServer({ directory, settings }, async (server) => {
      await populate(server.client, `walk ${title}`, 3000);
      await compareWithServer(t, server);
      await mutate(server.client, `walk ${title}, changed`, 10);
      await compareWithServer(t, server);
    });
    // A restart dumps hash tables, and all the keys, in another order.
    await withRedisServer({ directory, settings }, async (server) => {
      await compareWithServer(t, server);
    });
  });
}

test('a dump in pieces gives the same walk as in one', async (t) => {
  const directory = await temporaryDirectory(t);
  await withRedisServer({ directory }, async (server) => {
    await populate(server.client, 'walk pieces', 3000);
    await saveDump(server);
  });
  const bytes = await readFile(path.join(directory, 'dump.rdb'));
  const whole = await findInBytes(bytes);
  for (const length of [1, 3, 100, 4096, 262_144]) {
    t.deepEqual(await findInPieces(bytes, [length]), whole);
  }
});

const known = readAnnotatedRdbs().filter(({ name }) => {
  const [, version = ''] = /^redis-(\d+)/.exec(name) ?? [];
  return version !== '' && Number(version) <= 10;
});

test('there are vectors that Redis must read', (t) => {
  t.true(known.length >= 5, String(known.length));
});

for (const rdb of known) {
  test(`redis-check-rdb counts what the walk counts in ${rdb.name}`, async (t) => {
    const { walk } = await findInBytes(rdb.bytes);
    const checked = await checkRdb(await writeDump(await temporaryDirectory(t), rdb));
    t.deepEqual(checked, {
      keys: walk.keys,
      expires: walk.expiringKeys,
      isChecksumOk: walk.checksum === 'ok',
    });
  });
}

// Modules' values load only where the module is.
for (const rdb of known.filter(({ name }) => !/module|stream/.test(name))) {
  test(`a server loads ${rdb.name} and has its keys`, async (t) => {
    const directory = path.join(await temporaryDirectory(t), 'data');
    await mkdir(directory);
    await writeDump(directory, rdb);
    const found = await findInBytes(rdb.bytes);
    await withRedisServer({ directory }, async ({ client }) => {
      t.deepEqual(await askForKeys(client), keysOfWalk(rdb.bytes, found));
    });
  });
}

test('types have the names that redis gives them', async (t) => {
  const directory = await temporaryDirectory(t);
  await withRedisServer({ directory }, async (server) => {
    await populate(server.client, 'walk types', 500);
    await saveDump(server);
  });
  const { walk } = await findInBytes(await readFile(path.join(directory, 'dump.rdb')));
  const types = walk.types.map(({ type }) => type);
  t.deepEqual(types, [0, 2, 4, 5, 11, 16, 17, 18, 19]);
  for (const { type, kind, encoding } of walk.types) {
    t.deepEqual(describeType({ magic: 'REDIS', version: 10 }, type), { kind, encoding });
  }
});

async function writeDump(directory: string, { bytes }: AnnotatedRdb): Promise<string> {
  const file = path.join(directory, 'dump.rdb');
  await writeFile(file, bytes);
  return file;
}
