// A real redis-server that was started as an administrator starts it: with a configuration file, as a user of its own, in
// the background or not, and with a title in the place of its arguments. Whoever runs it, the test ends it by its directory.
import { spawn } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Redis } from 'ioredis';

import { findServerIn } from '../../../../src/system/processes/server-processes.js';
import { statSync } from 'node:fs';
import type { TeardownContext } from '../../files/temporary-directory.js';
import { until } from '../../program/until.js';
import type { Owner } from './redis-user.js';

export interface ConfiguredServer {
  readonly directory: string;
  /** The path of its socket. */
  readonly socket: string;
  readonly configuration: string;
}

export interface ServerPlace {
  /** An existing folder of the test. */
  readonly root: string;
  readonly owner?: Owner | undefined;
  /** Lines of the configuration file in addition. */
  readonly lines?: readonly string[];
}

/** Makes the directory and the configuration file. No server is started. At the end of the test none runs there. */
export async function configureServer(
  t: TeardownContext,
  { root, owner, lines = [] }: ServerPlace,
): Promise<ConfiguredServer> {
  const directory = path.join(root, 'data');
  const configuration = path.join(root, 'redis.conf');
  const socket = path.join(directory, 'redis.sock');
  await mkdir(directory);
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  const all = ['port 0', `unixsocket ${socket}`, `dir ${directory}`, 'save ""', ...lines, ''];
  await writeFile(configuration, all.join('\n'));
  t.teardown(async () => endServers(directory));
  return { directory, socket, configuration };
}

/** Starts it in the background of this machine, as `service` would. */
export async function startConfigured(
  { configuration, socket }: ConfiguredServer,
  owner?: Owner,
): Promise<void> {
  const child = spawn('redis-server', [configuration], {
    stdio: 'ignore',
    detached: true,
    ...owner,
  });
  child.unref();
  await until(async () => answers(socket));
}

export async function withClient<T>(
  { socket }: ConfiguredServer,
  use: (client: Redis) => Promise<T>,
): Promise<T> {
  const client = new Redis({ path: socket, protocol: 2, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

export function serverIn(directory: string): number | null {
  return findServerIn(statSync(directory, { bigint: true }));
}

async function answers(socket: string): Promise<boolean> {
  const client = new Redis({ path: socket, protocol: 2, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

async function endServers(directory: string): Promise<void> {
  await until(async () => {
    const processId = serverIn(directory);
    if (processId !== null) process.kill(processId, 'SIGKILL');
    return processId === null;
  });
}
