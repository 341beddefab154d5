// Tries one server: with a dump, with an AOF, and with both. It gets data of every type and is backed up; it gets other
// data, is started again and backed up again. Then both nights are restored, and the server that loads them must have
// the keys that it had.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { succeedCli } from '../support/program/cli.js';
import { sendCommands } from '../support/redis/redis-commands.js';
import { type DatasetDigest, datasetDigest } from '../support/redis/data/dataset-digest.js';
import { readServerFeatures } from '../support/redis/data/server-features.js';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
  withRedisServer,
} from '../support/redis/servers/redis-server.js';
import { firstNight, secondNight } from './version-dataset.js';

export const PERSISTENCES = ['dump', 'aof', 'both'] as const;
export type Persistence = (typeof PERSISTENCES)[number];

export interface Trial {
  readonly keys: number;
  readonly types: readonly string[];
  readonly rdbVersion: number | null;
  readonly incrementBytes: number;
}

type Debian = NonNullable<RedisServerOptions['debian']>;

/** @throws where a backup or restore fails, warns, or gives other keys */
export async function tryVersion(
  debian: Debian,
  persistence: Persistence,
  work: string,
): Promise<Trial> {
  const folder = path.join(work, persistence);
  await rm(folder, { recursive: true, force: true });
  const directory = path.join(folder, 'data');
  await mkdir(directory, { recursive: true });
  const options = {
    debian,
    directory,
    appendOnly: persistence !== 'dump',
    save: persistence === 'aof' ? '' : '3600 1',
  };
  const repository = path.join(folder, 'repository');
  const first = await withRedisServer(options, async ({ client, port }) => {
    await sendCommands(client, firstNight(await readServerFeatures(client)));
    await backUp(port, repository);
    return datasetDigest(client);
  });
  await withRedisServer(options, async ({ client }) => {
    requireSame('after a restart', first, await datasetDigest(client));
    await sendCommands(client, secondNight(await readServerFeatures(client)));
  });
  const server = await startRedisServer(options);
  const { second, report } = await lastNight(server, repository);
  await succeedCli(['verify', repository]);
  for (const [time, expected] of [
    ['1B', first],
    ['now', second],
  ] as const) {
    const restored = path.join(folder, `restored-${time}`);
    await succeedCli(['restore', '-r', time, repository, restored]);
    await withRedisServer({ ...options, directory: restored }, async ({ client }) => {
      requireSame(`restored as of ${time}`, expected, await datasetDigest(client));
    });
  }
  await rm(folder, { recursive: true, force: true });
  return {
    keys: second.keys,
    types: [...new Set(Object.values(second.databases).flatMap(({ types }) => Object.keys(types)))],
    rdbVersion: report.examined.find((file) => file.rdbVersion !== null)?.rdbVersion ?? null,
    incrementBytes: report.incrementBytes,
  };
}

interface Report {
  readonly examined: readonly {
    readonly path: string;
    readonly verdict: string;
    readonly problem: string | null;
    readonly rdbVersion: number | null;
  }[];
  readonly incrementBytes: number;
  readonly notes: readonly { readonly message: string }[];
}

async function lastNight(
  server: RedisServer,
  repository: string,
): Promise<{ readonly second: DatasetDigest; readonly report: Report }> {
  try {
    const report = await backUp(server.port, repository);
    return { second: await datasetDigest(server.client), report };
  } finally {
    await server.stop();
  }
}

/** Backs up the server that listens at `port`. Everything in its files must be understood. */
async function backUp(port: number, repository: string): Promise<Report> {
  const result = await succeedCli(['backup', '--json', '-p', String(port), repository]);
  const report = result.json() as Report;
  const notUnderstood = report.examined.filter(({ verdict }) => verdict !== 'whole');
  if (notUnderstood.length > 0 || report.notes.length > 0) {
    throw new Error(`the backup says ${JSON.stringify([notUnderstood, report.notes])}`);
  }
  return report;
}

function requireSame(when: string, expected: DatasetDigest, actual: DatasetDigest): void {
  if (isDeepStrictEqual(expected, actual)) return;
  throw new Error(`other keys ${when}: ${JSON.stringify({ expected, actual }, null, 2)}`);
}
