// A primary and its replicas, the Sentinels that watch them, and backups that ask those Sentinels.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { BackupReport } from '../../../../src/engine/backup/backup-report.js';
import { temporaryDirectory } from '../../files/temporary-directory.js';
import { type CliOptions, succeedCli } from '../../program/cli.js';
import { until } from '../../program/until.js';
import { type RedisSentinel, readFlags, startSentinel, watching } from './redis-sentinel.js';
import { type RedisServer, startRedisServer } from './redis-server.js';
import { type Refusal, isRefusedBackup } from '../refused-backup.js';

/** A primary, the first, and its replicas, all with the same data. */
export interface Group {
  readonly repository: string;
  readonly servers: readonly RedisServer[];
}

export async function startGroup(
  t: ExecutionContext,
  replicas: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Group> {
  const root = await temporaryDirectory(t);
  const servers: RedisServer[] = [];
  for (let index = 0; index <= replicas; index += 1) {
    const directory = path.join(root, `server-${index}`);
    await mkdir(directory);
    const [primary] = servers;
    const server = await startRedisServer({
      directory,
      save: '3600 1',
      settings: {
        'repl-diskless-sync-delay': '0',
        ...(primary === undefined ? {} : { replicaof: `127.0.0.1 ${primary.port}` }),
        ...settings,
      },
    });
    t.teardown(async () => server.kill());
    servers.push(server);
  }
  await first(servers).client.set('key', 'value');
  for (const server of servers) {
    await until(async () => (await server.client.get('key').catch(() => null)) === 'value');
  }
  return { repository: path.join(root, 'repository'), servers };
}

export function first<T>([item]: readonly T[]): T {
  if (item === undefined) throw new Error('none there');
  return item;
}

/** Waits until a Sentinel knows that many replicas that are in order. */
export async function untilKnown(sentinel: RedisSentinel, replicas: number): Promise<void> {
  await until(async () => {
    const flags = await readFlags(sentinel, 'mymaster');
    const good = [...flags.replicas.values()].filter((each) => each === 'slave ok');
    return flags.primary === 'master' && good.length === replicas;
  });
}

export async function startSentinels(
  t: ExecutionContext,
  { servers }: Group,
  count: number,
  lines: readonly string[] = [],
): Promise<RedisSentinel[]> {
  const quorum = Math.floor(count / 2) + 1;
  const all = [...watching('mymaster', first(servers).port, quorum), ...lines];
  const sentinels: RedisSentinel[] = [];
  while (sentinels.length < count) sentinels.push(await startSentinel(t, { lines: all }));
  for (const sentinel of sentinels) await untilKnown(sentinel, servers.length - 1);
  return sentinels;
}

export function at(...sentinels: readonly { readonly address: string }[]): string[] {
  return ['--sentinel', sentinels.map(({ address }) => address).join(',')];
}

export async function backup(
  { repository }: Group,
  args: readonly string[],
  options: CliOptions = {},
): Promise<BackupReport> {
  const { stdout } = await succeedCli(['backup', '--json', ...args, repository], options);
  return JSON.parse(stdout) as BackupReport;
}

export async function isRefused(
  t: ExecutionContext,
  { repository }: Group,
  args: readonly string[],
  refusal: Refusal,
): Promise<void> {
  await isRefusedBackup(t, { repository, args, refusal });
}
