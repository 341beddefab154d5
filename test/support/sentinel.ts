// A real Sentinel for one test: on loopback, on a port of its own, impatient, and gone by its pid when
// the test ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './redis-server.js';
import { type TeardownContext, temporaryDirectory } from './temporary-directory.js';

export interface Sentinel {
  readonly port: number;
  readonly client: Redis;
  kill(): Promise<void>;
}

export interface SentinelOptions {
  /** Names of primaries, and their ports. */
  readonly watched: Readonly<Record<string, number>>;
  readonly quorum?: number;
  readonly password?: string;
}

export async function startSentinel(
  t: TeardownContext,
  { watched, quorum = 1, password }: SentinelOptions,
): Promise<Sentinel> {
  const directory = await temporaryDirectory(t);
  const port = await freePort();
  const lines = Object.entries(watched).flatMap(([name, primary]) => [
    `sentinel monitor ${name} 127.0.0.1 ${primary} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 5000`,
  ]);
  const secret = password === undefined ? [] : [`requirepass ${password}`];
  const conf = path.join(directory, 'sentinel.conf');
  await writeFile(
    conf,
    [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, ...secret, ...lines, ''].join('\n'),
  );
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'redis-server', conf, '--sentinel', '--logfile', ''],
    { stdio: 'ignore' },
  );
  const client = new Redis({
    host: '127.0.0.1',
    port,
    protocol: 2,
    maxRetriesPerRequest: null,
    retryStrategy: () => 25,
    ...(password === undefined ? {} : { password }),
  });
  client.on('error', () => undefined);
  const kill = async (): Promise<void> => {
    client.disconnect();
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  };
  t.teardown(kill);
  await client.ping();
  return { port, client, kill };
}

/** Waits until a Sentinel takes as many replicas for connected. */
export async function untilReplicas(
  { client }: Sentinel,
  name: string,
  count: number,
): Promise<void> {
  for (;;) {
    const replicas = (await client.call('SENTINEL', 'REPLICAS', name)) as string[][];
    const linked = replicas.filter(
      (fields) => fields[fields.indexOf('master-link-status') + 1] === 'ok',
    );
    if (linked.length === count) return;
    await delay(50);
  }
}
