// Real Sentinels for tests: a primary, its replicas, and Sentinels that watch them, all on loopback and
// gone by their pids when the test ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type TeardownContext, temporaryDirectory } from '../../files/temporary-directory.js';
import { freePort } from './redis-server.js';

export interface RedisSentinel {
  readonly port: number;
  /** As `--sentinel` has it. */
  readonly address: string;
  readonly client: Redis;
  /** It no longer answers, and the kernel still accepts connections for it. */
  hang(): void;
  kill(): Promise<void>;
}

export interface SentinelOptions {
  /** Lines of its configuration. */
  readonly lines: readonly string[];
  /** What its configuration wants of clients. */
  readonly password?: string;
  /** Speak TLS alone, with what its configuration trusts. */
  readonly tls?: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
}

/** What makes it see a dead primary soon, and have another within seconds. */
export function watching(name: string, port: number, quorum: number): string[] {
  return [
    `sentinel monitor ${name} 127.0.0.1 ${port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 10000`,
  ];
}

/** Starts a Sentinel and waits until it answers. */
export async function startSentinel(
  t: TeardownContext,
  { lines, password, tls }: SentinelOptions,
): Promise<RedisSentinel> {
  const folder = await temporaryDirectory(t);
  const conf = path.join(folder, 'sentinel.conf');
  const port = await freePort();
  const ports = tls !== undefined ? ['port 0', `tls-port ${port}`] : [`port ${port}`];
  await writeFile(conf, [...ports, `dir ${folder}`, 'bind 127.0.0.1', ...lines, ''].join('\n'));
  const args = ['--pdeathsig', 'KILL', 'redis-server', conf, '--sentinel'];
  const child = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: { ...tls, checkServerIdentity: () => undefined } }),
  });
  client.on('error', () => undefined);
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = async (): Promise<void> => {
    client.disconnect();
    child.kill('SIGKILL');
    if (!isGone()) await once(child, 'close');
  };
  t.teardown(kill);
  for (;;) {
    if (isGone()) throw new Error(`the Sentinel did not come up on port ${port}:\n${log}`);
    try {
      await client.ping();
      return {
        port,
        address: `127.0.0.1:${port}`,
        client,
        hang: () => void child.kill('SIGSTOP'),
        kill,
      };
    } catch {
      await delay(50);
    }
  }
}

/** The flags of a primary and, by their ports, of its replicas as a Sentinel has them. */
export async function readFlags(
  { client }: RedisSentinel,
  name: string,
): Promise<{ readonly primary: string; readonly replicas: ReadonlyMap<number, string> }> {
  const primary = toFields(await client.call('SENTINEL', 'MASTER', name));
  const replicas = (await client.call('SENTINEL', 'REPLICAS', name)) as unknown[];
  return {
    primary: primary.get('flags') ?? '',
    replicas: new Map(
      replicas
        .map(toFields)
        .map((fields) => [
          Number(fields.get('port')),
          `${fields.get('flags')} ${fields.get('master-link-status')}`,
        ]),
    ),
  };
}

function toFields(reply: unknown): Map<string, string> {
  const words = reply as string[];
  const pairs = words.flatMap((word, index) =>
    index % 2 === 0 ? [[word, words[index + 1] ?? ''] as const] : [],
  );
  return new Map(pairs);
}
