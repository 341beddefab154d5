// Real servers are stopped and started again, each by the means that is right for it: alone, by commands, and under a small
// supervisor that starts a server again behind our back.
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { ServerError, SystemError } from '../../../src/errors.js';
import { ServerConnection } from '../../../src/redis/connection/connection.js';
import { Patience } from '../../../src/redis/connection/patience.js';
import { findSupervision } from '../../../src/redis/control/find-supervision.js';
import { startServer } from '../../../src/redis/control/start-server.js';
import { type ServerStop, stopServer } from '../../../src/redis/control/stop-server.js';
import type { StartPlan, StopPlan } from '../../../src/redis/control/supervision.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { inspectProcess } from '../../../src/system/processes/process-origin.js';
import { runCommand } from '../../../src/system/programs/run-command.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { systemClock } from '../../../src/system/time/clock.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { until } from '../../support/program/until.js';
import {
  type ConfiguredServer,
  type ServerPlace,
  configureServer,
  serverIn,
  startConfigured,
  withClient,
} from '../../support/redis/servers/unattended-server.js';
import { type Owner, redisUser } from '../../support/redis/servers/redis-user.js';

const fileSystem = new RealFileSystem();

function patience(waitMs = 60_000): Patience {
  return new Patience(systemClock, uninterrupted, waitMs);
}

function connect({ socket }: ConfiguredServer): Promise<ServerConnection> {
  const access = {
    endpoint: { kind: 'socket', path: socket },
    user: null,
    password: null,
    tls: null,
  } as const;
  const parts = { fileSystem, checkpoint: uninterrupted, replyTimeoutMs: 5000 };
  return ServerConnection.open(access, { ...parts, onSilence: () => undefined });
}

async function stop(
  server: ConfiguredServer,
  plan: StopPlan,
  shutdown: ServerStop['shutdown'] = 'as-configured',
): Promise<void> {
  const processId = serverIn(server.directory);
  const connection = plan.kind === 'shutdown' ? await connect(server) : null;
  try {
    await stopServer({
      plan,
      server: processId === null ? null : inspectProcess(processId),
      directory: statSync(server.directory, { bigint: true }),
      connection,
      shutdown,
      patience: patience(),
      checkpoint: uninterrupted,
    });
  } finally {
    connection?.close();
  }
}

type Startable = Exclude<StartPlan, { kind: 'by-hand' }>;

async function start(server: ConfiguredServer, plan: Startable, waitMs?: number): Promise<string> {
  const connection = await startServer({
    directory: statSync(server.directory, { bigint: true }),
    plan,
    connect: () => connect(server),
    patience: patience(waitMs),
    checkpoint: uninterrupted,
    onLoading: () => undefined,
  });
  try {
    return String(await connection.call(['DBSIZE']));
  } finally {
    connection.close();
  }
}

async function howStarted({ directory, configuration }: ConfiguredServer): Promise<Startable> {
  const server = inspectProcess(serverIn(directory) ?? 0);
  if (server === null) throw new Error('no server');
  const found = await findSupervision({
    fileSystem,
    run: runCommand,
    options: { timeoutMs: 60_000, checkpoint: uninterrupted },
    server,
    configuration: pathFromText(configuration),
  });
  if (found.kind !== 'none' || found.start === null) throw new Error(JSON.stringify(found));
  return { kind: 'again', command: found.start };
}

async function startedServer(
  t: ExecutionContext,
  place: Omit<ServerPlace, 'root'> = {},
): Promise<ConfiguredServer> {
  const server = await configureServer(t, { root: await temporaryDirectory(t), ...place });
  await startConfigured(server, place.owner);
  return server;
}

/** Of the process that works in the directory. */
function statusOf({ directory }: ConfiguredServer, field: string): string {
  const status = readFileSync(`/proc/${serverIn(directory)}/status`, 'utf8');
  return new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
}

for (const isDaemon of [false, true]) {
  test(`a server of which nobody takes care ends with SHUTDOWN, and starts as before: ${isDaemon ? 'daemon' : 'foreground'}`, async (t) => {
    const owner: Owner | undefined = await redisUser();
    const lines = [`daemonize ${isDaemon ? 'yes' : 'no'}`, 'pidfile ""'];
    const server = await startedServer(t, { owner, lines });
    await withClient(server, (client) => client.mset({ a: '1', b: '2' }));
    const before = [statusOf(server, 'Uid'), statusOf(server, 'Gid'), statusOf(server, 'Umask')];
    const again = await howStarted(server);
    await stop(server, { kind: 'shutdown' }, 'save');
    t.is(serverIn(server.directory), null);
    t.is(await start(server, again), '2');
    t.not(serverIn(server.directory), null, 'it is seen as a server');
    t.deepEqual(
      [statusOf(server, 'Uid'), statusOf(server, 'Gid'), statusOf(server, 'Umask')],
      before,
    );
    t.is(statusOf(server, 'Groups'), owner === undefined ? statusOf(server, 'Groups') : '');
  });
}

test('SHUTDOWN without a save leaves no dump, and a process that cannot be asked is ended', async (t) => {
  const server = await startedServer(t);
  await withClient(server, (client) => client.set('a', '1'));
  const again = await howStarted(server);
  await stop(server, { kind: 'shutdown' }, 'nosave');
  t.is(await start(server, again), '0');
  await stopServer({
    plan: { kind: 'shutdown' },
    server: inspectProcess(serverIn(server.directory) ?? 0),
    directory: statSync(server.directory, { bigint: true }),
    connection: null,
    shutdown: 'as-configured',
    patience: patience(),
    checkpoint: uninterrupted,
  });
  t.is(serverIn(server.directory), null);
});

test('a server that could not save its dump refuses to shut down, and goes on', async (t) => {
  const server = await startedServer(t, { owner: await redisUser() });
  await withClient(server, (client) => client.set('a', '1'));
  // Nobody may write where the dump would be made.
  await chmod(server.directory, 0o555);
  t.teardown(async () => chmod(server.directory, 0o755));
  const isRoot = process.geteuid?.() === 0 && (await redisUser()) === undefined;
  if (isRoot) return t.pass('root may write everywhere');
  const error = await t.throwsAsync(stop(server, { kind: 'shutdown' }, 'save'), {
    instanceOf: ServerError,
  });
  t.regex(error?.hint ?? '', /the server still runs/);
  return t.not(serverIn(server.directory), null);
});

/** A loop that starts the server again whenever it ends, until a file appears. */
async function supervise(t: ExecutionContext, server: ConfiguredServer): Promise<string> {
  const flag = path.join(path.dirname(server.configuration), 'down');
  const script = `while :; do [ -e "$1" ] || redis-server "$0"; sleep 0.3; done`;
  const child = spawn('/bin/sh', ['-c', script, server.configuration, flag], { stdio: 'ignore' });
  t.teardown(async () => {
    child.kill('SIGKILL');
  });
  await until(async () => serverIn(server.directory) !== null);
  return flag;
}

test('a server that is started again behind our back is noticed', async (t) => {
  const server = await configureServer(t, { root: await temporaryDirectory(t) });
  await supervise(t, server);
  await until(
    async () =>
      (await connect(server).then(
        (c) => c.close(),
        () => null,
      )) !== null,
  );
  const error = await t.throwsAsync(stop(server, { kind: 'shutdown' }), {
    instanceOf: ServerError,
  });
  t.regex(error?.message ?? '', /something has started it again \(process \d+\)$/);
  t.regex(error?.hint ?? '', /--stop-cmd/);
});

test('commands stop and start a server whose supervisor is not known', async (t) => {
  const server = await configureServer(t, { root: await temporaryDirectory(t) });
  const flag = await supervise(t, server);
  await until(
    async () =>
      (await connect(server).then(
        (c) => c.close(),
        () => null,
      )) !== null,
  );
  const shut = `touch '${flag}' && redis-cli -s '${server.socket}' shutdown nosave`;
  await stop(server, { kind: 'shell', line: shut });
  t.is(serverIn(server.directory), null);
  t.is(await start(server, { kind: 'shell', line: `rm '${flag}'` }), '0');
});

test('a command that fails is named with its last words', async (t) => {
  const server = await startedServer(t);
  const line = 'echo first; echo it is masked >&2; exit 5';
  const error = await t.throwsAsync(stop(server, { kind: 'shell', line }), {
    instanceOf: ServerError,
  });
  t.regex(error?.message ?? '', /could not stop the server: it is masked \(exit code 5\)$/);
  t.not(serverIn(server.directory), null);
  const missing = stop(server, { kind: 'program', words: ['no-such-program', 'stop'] });
  await t.throwsAsync(missing, { instanceOf: SystemError });
});

test('a command that claims to have stopped the server, and has not, is found out', async (t) => {
  const server = await startedServer(t);
  const error = await t.throwsAsync(
    stopServer({
      plan: { kind: 'shell', line: 'true' },
      server: inspectProcess(serverIn(server.directory) ?? 0),
      directory: statSync(server.directory, { bigint: true }),
      connection: null,
      shutdown: 'as-configured',
      patience: patience(300),
      checkpoint: uninterrupted,
    }),
    { instanceOf: ServerError },
  );
  t.regex(error?.message ?? '', /is still running$/);
});

test('a server that cannot load its data is told of, and not waited for', async (t) => {
  const server = await startedServer(t);
  const again = await howStarted(server);
  await stop(server, { kind: 'shutdown' });
  await writeFile(path.join(server.directory, 'dump.rdb'), 'REDIS0099, and no dump');
  const error = await t.throwsAsync(start(server, again), { instanceOf: ServerError });
  t.regex(error?.message ?? '', /has ended with exit code 1 instead of loading its data$/);
});

test('a start that ends well without a server is told of, and not waited for', async (t) => {
  const server = await configureServer(t, { root: await temporaryDirectory(t) });
  const error = await t.throwsAsync(start(server, { kind: 'shell', line: 'true' }), {
    instanceOf: ServerError,
  });
  t.is(error?.message, 'the server was started, and no process of it is there');
});

test('a server that does not answer in time is told of', async (t) => {
  const server = await configureServer(t, { root: await temporaryDirectory(t) });
  const error = await t.throwsAsync(start(server, { kind: 'shell', line: 'true' }, 300), {
    instanceOf: ServerError,
  });
  t.is(error?.message, 'the server was started, and does not answer');
});
