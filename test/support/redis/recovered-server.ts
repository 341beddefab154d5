// A server that was backed up and has changed since, for a recovery by the command, and what must be true of it afterwards.
import path from 'node:path';
import type { ExecutionContext } from 'ava';

import { temporaryDirectory } from '../files/temporary-directory.js';
import { type CliResult, runCli, succeedCli } from '../program/cli.js';
import { forgetRecords } from './recover-stage.js';
import { redisUser } from './servers/redis-user.js';
import {
  type ConfiguredServer,
  configureServer,
  startConfigured,
  withClient,
} from './servers/unattended-server.js';

export interface ChangedServer {
  readonly root: string;
  readonly server: ConfiguredServer;
  readonly repository: string;
  /** Of all data in snapshot 1 (DEBUG DIGEST). */
  readonly recorded: string;
}

/**
 * Snapshot 1 has keys of each kind. The server has lost some since, and has others.
 * @param prepare what is done to the directory before the server starts
 */
export async function changedServer(
  t: ExecutionContext,
  lines: readonly string[],
  prepare: (directory: string) => Promise<void> = async () => undefined,
): Promise<ChangedServer> {
  const root = await temporaryDirectory(t);
  const owner = await redisUser();
  const all = ['enable-debug-command yes', ...lines];
  const server = await configureServer(t, { root, owner, lines: all });
  const repository = path.join(root, 'repository');
  t.teardown(async () => forgetRecords(server.directory));
  await prepare(server.directory);
  await startConfigured(server, owner);
  await withClient(server, async (client) => {
    await client.mset({ a: '1', b: '2', c: '3' });
    await client.rpush('list', 'x', 'y');
    await client.hset('hash', 'field', 'value');
    await client.zadd('sorted', 1, 'one', 2, 'two');
    await client.multi().select(3).set('third', 'database').select(0).exec();
  });
  const recorded = await digestOf(server);
  await succeedCli(['backup', '-s', server.socket, repository]);
  await change(server);
  return { root, server, repository, recorded };
}

async function change(server: ConfiguredServer): Promise<void> {
  await withClient(server, (client) => client.multi().del('b', 'list').set('later', '1').exec());
}

export async function digestOf(server: ConfiguredServer): Promise<string> {
  return withClient(server, async (client) => String(await client.call('DEBUG', 'DIGEST')));
}

export function recover(
  { server, repository }: ChangedServer,
  ...options: readonly string[]
): Promise<CliResult> {
  const named = options.some((option) => /^-[ps]$|^--(?:data-dir|redis-conf)$/.test(option));
  const at = named ? [] : ['-s', server.socket];
  return runCli(['recover', '--yes', '--json', repository, ...at, ...options]);
}

/** Recovers snapshot 1 and compares everything. @returns the report */
export async function isRecovered(
  t: ExecutionContext,
  stage: ChangedServer,
  ...options: readonly string[]
): Promise<Record<string, unknown>> {
  const done = await recover(stage, '-r', '#1', ...options);
  t.is(done.code, 0, done.stderr);
  t.is(await digestOf(stage.server), stage.recorded);
  return done.json() as Record<string, unknown>;
}

/** Takes the last recovery back and compares everything. @param before the digest before it */
export async function isUndone(
  t: ExecutionContext,
  stage: ChangedServer,
  before: string,
  ...options: readonly string[]
): Promise<void> {
  const undone = await recover(stage, '--undo', ...options);
  t.is(undone.code, 0, undone.stderr);
  t.is(await digestOf(stage.server), before);
}
