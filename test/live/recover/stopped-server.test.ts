// The command `recover` for a server that does not run, such as one on a new machine whose repository came by scp: named by its
// directory or by its configuration file.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { appendFile, chown, copyFile, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';
import { type CliResult, runCli } from '../../support/program/cli.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { until } from '../../support/program/until.js';
import { forgetRecords } from '../../support/redis/recover-stage.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';
import {
  type ConfiguredServer,
  configureServer,
  serverIn,
  startConfigured,
  withClient,
} from '../../support/redis/servers/unattended-server.js';

interface Stage {
  readonly server: ConfiguredServer;
  readonly repository: string;
  /** What starts the server in the background. */
  readonly startLine: string;
}

interface Notes {
  readonly notes: readonly { readonly kind: string; readonly hint: string | null }[];
}

/** The repository has the keys a, b and c of a server that is gone. The new one has an empty directory. */
async function prepare(t: ExecutionContext, lines: readonly string[]): Promise<Stage> {
  const root = await temporaryDirectory(t);
  const owner = await redisUser();
  const server = await configureServer(t, { root, owner, lines });
  const repository = path.join(root, 'repository');
  t.teardown(async () => forgetRecords(server.directory));
  await startConfigured(server, owner);
  await withClient(server, async (client) => client.mset({ a: '1', b: '2', c: '3' }));
  const backup = await runCli(['backup', '-s', server.socket, repository]);
  if (backup.code !== 0) throw new Error(backup.stderr);
  await end(server);
  await rename(server.directory, path.join(root, 'gone'));
  await mkdir(server.directory, 0o750);
  if (owner !== undefined) await chown(server.directory, owner.uid, owner.gid);
  const as =
    owner === undefined ? '' : `setpriv --reuid=${owner.uid} --regid=${owner.gid} --clear-groups `;
  return {
    server,
    repository,
    startLine: `${as}redis-server ${server.configuration} >/dev/null 2>&1 &`,
  };
}

async function end({ directory }: ConfiguredServer): Promise<void> {
  process.kill(serverIn(directory) ?? 0, 'SIGKILL');
  await until(async () => serverIn(directory) === null);
}

async function keysOf(server: ConfiguredServer): Promise<string[]> {
  return withClient(server, async (client) => (await client.keys('*')).toSorted());
}

function recover({ repository }: Stage, ...options: readonly string[]): Promise<CliResult> {
  return runCli(['recover', '-r', 'now', '--yes', repository, ...options]);
}

for (const aof of ['no', 'yes'] as const) {
  test(`a new server with appendonly ${aof}: its files are placed, and the command that is told starts it`, async (t) => {
    const stage = await prepare(t, [`appendonly ${aof}`]);
    const { server } = stage;
    const done = await recover(stage, '--redis-conf', server.configuration, '--json');
    t.is(done.code, 3, done.stderr);
    const report = done.json() as Notes;
    t.like(report, {
      outcome: 'recovered',
      now: null,
      present: 'not-running',
      stop: 'no server runs',
    });
    t.deepEqual(report.notes.filter(({ kind }) => kind === 'not-started').length, 1);
    t.is(serverIn(server.directory), null);
    const placed = path.join(server.directory, aof === 'yes' ? 'appendonlydir' : 'dump.rdb');
    t.is(statSync(placed).uid, statSync(server.directory).uid);
    const hint = report.notes.find(({ kind }) => kind === 'not-started')?.hint ?? '';
    spawn('/bin/sh', ['-c', `${hint.replace(/^start it: /, '')} >/dev/null 2>&1 &`]);
    await until(async () => serverIn(server.directory) !== null);
    await until(async () =>
      keysOf(server).then(
        (keys) => keys.length === 3,
        () => false,
      ),
    );
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
  });
}

test('a new server is started and its keys are compared where commands are given, and undone', async (t) => {
  const stage = await prepare(t, ['appendonly yes']);
  const { server, repository, startLine } = stage;
  const commands = [
    '--stop-cmd',
    `redis-cli -s ${server.socket} shutdown || true`,
    '--start-cmd',
    startLine,
  ];
  const named = ['--redis-conf', server.configuration, ...commands];
  const done = await recover(stage, ...named, '--json');
  t.is(done.code, 0, done.stderr);
  t.like(done.json(), { outcome: 'recovered', now: { keys: 3, isAofOn: true } });
  t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
  const undone = await runCli(['recover', '--undo', '--yes', '--json', repository, ...named]);
  t.is(undone.code, 0, undone.stderr);
  t.like(undone.json(), { outcome: 'undone', now: { keys: 0 } });
});

test('on a new server nothing was there, and the last line says so', async (t) => {
  const stage = await prepare(t, []);
  const done = await recover(stage, '--redis-conf', stage.server.configuration);
  t.is(done.code, 3, done.stderr);
  t.regex(
    done.stdout,
    /^its append-only file is off\nnothing was there before; to take this back: redis-rewind recover --undo /m,
  );
});

test('the configuration file has the password of the server that is started', async (t) => {
  const stage = await prepare(t, []);
  const { server, startLine } = stage;
  await appendFile(server.configuration, 'requirepass "s3 cret"\n');
  const named = ['--redis-conf', server.configuration];
  const commands = ['--stop-cmd', 'true', '--start-cmd', startLine];
  const done = await recover(stage, ...named, ...commands, '--json');
  t.is(done.code, 0, done.stderr);
  t.like(done.json(), { outcome: 'recovered', now: { keys: 3 } });
  t.false(done.stdout.includes('s3 cret'));
  await t.throwsAsync(keysOf(server), { message: /NOAUTH/ });
});

test('without a configuration file the settings are assumed, and a server that starts otherwise is noticed', async (t) => {
  const stage = await prepare(t, []);
  const { server, startLine } = stage;
  await appendFile(server.configuration, 'appendonly yes\n');
  const done = await recover(
    stage,
    '--data-dir',
    server.directory,
    '--stop-cmd',
    'true',
    '--start-cmd',
    startLine,
  );
  t.is(done.code, 30);
  t.regex(done.stdout, /^warning {2}no configuration file names /m);
  t.regex(
    done.stderr,
    /was started with its append-only file on, .*\nhint: .*--redis-conf FILE.*--undo/,
  );
});

test('a server that runs and is only named by its directory is saved, stopped and started again', async (t) => {
  const stage = await prepare(t, []);
  const { server, repository } = stage;
  await startConfigured(server, await redisUser());
  await withClient(server, (client) => client.set('present', '1'));
  const done = await recover(stage, '--data-dir', server.directory, '--json');
  t.is(done.code, 0, done.stderr);
  t.like(done.json(), { outcome: 'recovered', presentSnapshot: 2, now: { keys: 3 } });
  const named = ['--data-dir', server.directory];
  const undone = await runCli(['recover', '--undo', '--yes', repository, ...named]);
  t.is(undone.code, 0, undone.stderr);
  t.deepEqual(await keysOf(server), ['present']);
});

asRoot('files get the owner of --chown where the directory belongs to root', async (t) => {
  const stage = await prepare(t, []);
  const { server } = stage;
  await chown(server.directory, 0, 0);
  const named = ['--redis-conf', server.configuration];
  const refused = await recover(stage, ...named);
  t.is(refused.code, 2);
  t.regex(refused.stderr, /belongs to root.*\nhint: .*chown redis:redis \/.*--chown USER:GROUP/);
  const done = await recover(stage, ...named, '--chown', '4321:4322');
  t.is(done.code, 3, done.stderr);
  t.regex(
    done.stderr,
    /user 4321, .* may not write in .*\nhint: give the directory to that user: chown 4321:4322 \//,
  );
  const { uid, gid } = statSync(path.join(server.directory, 'dump.rdb'));
  t.deepEqual([uid, gid], [4321, 4322]);
});

test('a dump that is too new for the server is refused before anything is moved', async (t) => {
  const stage = await prepare(t, []);
  const { server, repository } = stage;
  const root = path.dirname(repository);
  const source = path.join(root, 'newer');
  await mkdir(source);
  await copyFile(
    fixturePath('rdb', 'newer', 'redis-8.6-streams.rdb'),
    path.join(source, 'dump.rdb'),
  );
  const other = path.join(root, 'newer-repository');
  t.not((await runCli(['backup', source, other])).code, 1);
  const refused = await recover(
    { ...stage, repository: other },
    '--redis-conf',
    server.configuration,
  );
  t.is(refused.code, 30, refused.stdout);
  t.regex(refused.stderr, /which Redis 7\.0 does not load\nhint: recover with Redis 8\.6 or newer/);
  t.deepEqual(
    ['dump.rdb', 'appendonlydir'].filter((name) => existsSync(path.join(server.directory, name))),
    [],
  );
});
