// What a real server has loaded once it is started: with its AOF off first where an AOF cannot begin with a dump, and with the
// AOF on the disk before the recovery goes on. The servers are of today: the old way works with them too.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { connectWhereItListens } from '../../../src/engine/recover/target/connect-where-it-listens.js';
import { findStoppedTarget } from '../../../src/engine/recover/target/find-stopped-target.js';
import { LiveControl, type LiveControlParts } from '../../../src/engine/recover/live-control.js';
import { planStop } from '../../../src/engine/recover/plan/plan-stop.js';
import { ServerError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { systemClock } from '../../../src/system/time/clock.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { createTestContext } from '../../support/program/run-context.js';
import { until } from '../../support/program/until.js';
import { serverRequest } from '../../support/redis/server-request.js';
import {
  type ConfiguredServer,
  configureServer,
  serverIn,
  startConfigured,
  withClient,
} from '../../support/redis/servers/unattended-server.js';
import { type Owner, redisUser } from '../../support/redis/servers/redis-user.js';

interface Stage {
  readonly server: ConfiguredServer;
  readonly owner: Owner | undefined;
  /** A dump of three keys, outside of the server's directory. */
  readonly dump: string;
}

/** A server that has stopped, with nothing in its directory. */
async function prepare(t: ExecutionContext, lines: readonly string[]): Promise<Stage> {
  const root = await temporaryDirectory(t);
  const owner = await redisUser();
  const server = await configureServer(t, { root, owner, lines });
  const dump = path.join(root, 'night.rdb');
  await startConfigured(server, owner);
  await withClient(server, async (client) => {
    await client.mset({ a: '1', b: '2', c: '3' });
    await client.save();
  });
  await copyFile(path.join(server.directory, 'dump.rdb'), dump);
  await end(server);
  await rm(path.join(server.directory, 'appendonlydir'), { recursive: true, force: true });
  await rm(path.join(server.directory, 'dump.rdb'));
  return { server, owner, dump };
}

async function end({ directory }: ConfiguredServer): Promise<void> {
  process.kill(serverIn(directory) ?? 0, 'SIGKILL');
  await until(async () => serverIn(directory) === null);
}

/** @param named what a person names: the configuration file, or the directory alone */
async function controlOf(
  { server }: Stage,
  others: Partial<LiveControlParts> & { readonly isClassic?: boolean } = {},
  named: 'configuration' | 'directory' = 'configuration',
): Promise<LiveControl> {
  const { isClassic = false, ...parts } = others;
  const context = { ...createTestContext(), clock: systemClock };
  const { directory, configuration } = server;
  const target = await findStoppedTarget(
    {
      directory: named === 'directory' ? pathFromText(directory) : null,
      configuration: named === 'configuration' ? pathFromText(configuration) : null,
      owner: null,
      commands: null,
      configurations: [],
      initScripts: pathFromText('/nowhere'),
    },
    context,
  );
  const identity = statSync(directory, { bigint: true });
  return new LiveControl({
    ...planStop(target.facts),
    path: target.facts.directory,
    directory: identity,
    settings: target.facts.settings,
    loadingStart: isClassic ? target.loadingStart : null,
    shutdown: 'as-configured',
    expected: {
      databases: [{ database: 0, keys: 3, expiringKeys: 0 }],
      countedIn: null,
      expired: null,
      expiredMost: 0,
    },
    connect: () =>
      connectWhereItListens(identity, serverRequest(0, { host: null, port: null }), context),
    keepPresent: async () => [],
    waitTimeoutMs: 60_000,
    context,
    ...parts,
  });
}

async function place({ server, dump }: Stage): Promise<void> {
  await copyFile(dump, path.join(server.directory, 'dump.rdb'));
}

function startLine({ server, owner }: Stage): string {
  const as =
    owner === undefined ? '' : `setpriv --reuid=${owner.uid} --regid=${owner.gid} --clear-groups `;
  return `${as}redis-server ${server.configuration} >/dev/null 2>&1 &`;
}

/** Its AOF is on, and whatever is written survives a crash. */
async function keepsWhatIsWritten(t: ExecutionContext, stage: Stage): Promise<void> {
  const { server, owner } = stage;
  await withClient(server, async (client) => {
    t.deepEqual(await client.config('GET', 'appendonly'), ['appendonly', 'yes']);
    t.is(await client.dbsize(), 3);
    await client.set('after', '1');
  });
  await until(async () =>
    (await withClient(server, (client) => client.info('persistence'))).includes(
      'aof_pending_bio_fsync:0',
    ),
  );
  await end(server);
  await startConfigured(server, owner);
  t.is(await withClient(server, (client) => client.dbsize()), 4);
}

for (const killed of [
  'not',
  'while it loads',
  'once its AOF is written',
  'after the start',
] as const) {
  test(`a dump is loaded with the AOF off, and then everything is in the AOF; killed: ${killed}`, async (t) => {
    const stage = await prepare(t, ['appendonly yes', 'save 3600 1']);
    const { server, owner } = stage;
    await place(stage);
    const start = { kind: 'shell', line: startLine(stage) } as const;
    const first = await controlOf(stage, { isClassic: true, start });
    if (killed === 'while it loads') {
      spawn('redis-server', [server.configuration, '--appendonly', 'no'], {
        stdio: 'ignore',
        detached: true,
        ...owner,
      }).unref();
      await until(async () => serverIn(server.directory) !== null);
    } else if (killed !== 'not') {
      // The command that starts it at the end does nothing: the run ends there.
      const line = killed === 'after the start' ? start.line : 'exit 1';
      const broken = await controlOf(stage, { isClassic: true, start: { kind: 'shell', line } });
      if (killed === 'after the start') await broken.start();
      else await t.throwsAsync(broken.start(), { instanceOf: ServerError });
    }
    await first.start();
    t.deepEqual(await first.check(), []);
    await keepsWhatIsWritten(t, stage);
  });
}

test('a server that starts with its AOF on, although the dump was placed for it to be off, is noticed', async (t) => {
  const stage = await prepare(t, ['appendonly yes']);
  await place(stage);
  const start = { kind: 'shell', line: startLine(stage) } as const;
  // Without the configuration file nothing says that the AOF is on.
  const control = await controlOf(stage, { start }, 'directory');
  const error = await t.throwsAsync(control.start(), { instanceOf: ServerError });
  t.regex(error?.message ?? '', /was started with its append-only file on, and .* to be off/);
  t.regex(error?.hint ?? '', /--redis-conf FILE/);
});

test('a server of which nobody takes care is not started: the command is told, and does it', async (t) => {
  const stage = await prepare(t, ['appendonly no']);
  const { server } = stage;
  await place(stage);
  const control = await controlOf(stage);
  await control.start();
  t.is(serverIn(server.directory), null);
  const [note] = await control.check();
  t.like(note, { kind: 'not-started', severity: 'look' });
  const command = /^start it: (.*)$/.exec(note?.hint ?? '')?.[1] ?? '';
  spawn('/bin/sh', ['-c', `${command} >/dev/null 2>&1 &`]);
  await until(async () => serverIn(server.directory) !== null);
  const connect = await controlOf(stage, { start: { kind: 'shell', line: 'true' } });
  await connect.start();
  t.deepEqual(await connect.check(), []);
  // It runs now, although nobody was there to stop: it is stopped all the same.
  await (await controlOf(stage, { stop: { kind: 'nothing' } })).stop();
  t.is(serverIn(server.directory), null);
  t.true(existsSync(path.join(server.directory, 'dump.rdb')));
});

test('a server that was only named by its directory is seen, and can be asked where it listens', async (t) => {
  const stage = await prepare(t, []);
  const { server, owner } = stage;
  await startConfigured(server, owner);
  const context = { ...createTestContext(), clock: systemClock };
  const target = await findStoppedTarget(
    {
      directory: pathFromText(server.directory),
      configuration: null,
      owner: null,
      commands: null,
      configurations: [],
    },
    context,
  );
  t.is(target.facts.running?.processId ?? null, serverIn(server.directory));
  t.deepEqual(target.listens, { kind: 'socket', path: server.socket });
  t.is(target.facts.version?.major, 7);
  t.is(target.owner.uid, owner?.uid ?? process.geteuid?.() ?? 0);
});
