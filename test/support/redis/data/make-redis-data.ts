// Makes fixtures/redis-data/<version>-rdb-and-multipart-aof anew with the redis-server of this
// machine: three points in the life of one server, with a restart between the first two and an AOF
// rewrite between the last two. fixtures/README.md says how to run it and what may differ.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { datasetDigest } from './dataset-digest.js';
import { fixturePath } from '../../program/project-paths.js';
import { mutate } from './redis-mutations.js';
import { populate } from './redis-dataset.js';
import { rewriteAof, saveDump, settlePersistence } from './redis-persistence.js';
import { startRedisServer, type RedisServer } from '../servers/redis-server.js';
import { makeTemporaryDirectory, removeTree } from '../../files/temporary-directory.js';

const run = promisify(execFile);

const SEED = 'redis-rewind';
const KEYS = 1900;
const CHANGED_PERCENT = 6;

const target = process.argv[2];
const directory = await makeTemporaryDirectory();
try {
  await makeRedisData(path.join(directory, 'data'), target);
} finally {
  await removeTree(directory);
}

async function makeRedisData(data: string, givenTarget: string | undefined): Promise<void> {
  await mkdir(data);
  let server = await start(data);
  const version = await serverVersion(server);
  const shape = `${version.split('.').slice(0, 2).join('.')}-rdb-and-multipart-aof`;
  const out = path.resolve(givenTarget ?? fixturePath('redis-data', shape));
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });

  await populate(server.client, SEED, KEYS);
  await rewriteAof(server);
  await mutate(server.client, `${SEED}/1`, CHANGED_PERCENT);
  await keepPoint(server, out, 1, version);

  await server.stop();
  server = await start(data);
  await mutate(server.client, `${SEED}/2`, CHANGED_PERCENT);
  await keepPoint(server, out, 2, version);

  await mutate(server.client, `${SEED}/3`, CHANGED_PERCENT);
  await rewriteAof(server);
  await mutate(server.client, `${SEED}/4`, CHANGED_PERCENT / 2);
  await keepPoint(server, out, 3, version);
  await server.stop();
}

/** Save points as Debian's redis.conf has them by default. */
async function start(data: string): Promise<RedisServer> {
  return startRedisServer({ directory: data, appendOnly: true, save: '3600 1 300 100 60 10000' });
}

/** Keeps the data directory as it is after a save, and beside it what a server that loads it holds. */
async function keepPoint(
  server: RedisServer,
  out: string,
  point: number,
  version: string,
): Promise<void> {
  await saveDump(server);
  await settlePersistence(server);
  const digest = await datasetDigest(server.client);
  // The modes that git gives a checkout, and not those of a server that only its group may read.
  const copy = path.join(out, String(point));
  await run('cp', ['-r', '--no-preserve=mode,ownership', server.directory, copy]);
  const facts = { redis: version, seed: `${SEED}, point ${point}`, ...digest };
  await writeFile(path.join(out, `${point}.keys.json`), `${JSON.stringify(facts, null, 2)}\n`);
  process.stdout.write(`point ${point}: ${digest.keys} keys, ${digest.sha256}\n`);
  for (const file of await readdir(copy, { recursive: true })) {
    const found = await stat(path.join(copy, file));
    if (found.isFile()) {
      process.stdout.write(`  ${String(found.size).padStart(7)} ${file}\n`);
    }
  }
}

async function serverVersion(server: RedisServer): Promise<string> {
  const info = String(await server.client.call('INFO', 'server'));
  const version = /^redis_version:(\S+)/m.exec(info)?.[1];
  if (version === undefined) {
    throw new Error('redis-server does not say its version');
  }
  return version;
}
