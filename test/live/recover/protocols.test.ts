// Real servers are brought back to a snapshot by each of the protocols, and undone. Each one is loaded with the keys of the
// snapshot in one start, with its AOF on where it was on, and keeps what is written from then on.
import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

import {
  RecoveryJournal,
  makeRecoveries,
} from '../../../src/engine/recover/journal/recovery-journal.js';
import { type FoundTarget, findTarget } from '../../../src/engine/recover/target/find-target.js';
import { LiveControl } from '../../../src/engine/recover/live-control.js';
import { planRecovery } from '../../../src/engine/recover/plan/plan-recovery.js';
import type { Protocol } from '../../../src/engine/recover/plan/recovery-plan.js';
import { readSnapshotData } from '../../../src/engine/recover/source/read-snapshot-data.js';
import { runRecovery } from '../../../src/engine/recover/run-recovery.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { openRepositorySnapshot } from '../../../src/engine/recover/source/repository-snapshot.js';
import { parseTime } from '../../../src/engine/snapshot/time-spec.js';
import { ServerConnection } from '../../../src/redis/connection/connection.js';
import { openLiveServer } from '../../../src/redis/server/live-server.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { systemClock } from '../../../src/system/time/clock.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { createTestContext } from '../../support/program/run-context.js';
import { until } from '../../support/program/until.js';
import {
  type ConfiguredServer,
  configureServer,
  serverIn,
  startConfigured,
  withClient,
} from '../../support/redis/servers/unattended-server.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';
import { Sandbox } from '../../support/sandbox/sandbox.js';

const run = promisify(execFile);
const ID = '20261128T031500Z';
const TO_TYPE = { again: 'recover', undo: 'recover --undo' };
const fileSystem = new RealFileSystem();

interface Case {
  readonly title: string;
  readonly lines: readonly string[];
  readonly use: 'auto' | 'rdb' | 'aof';
  readonly protocol: Protocol;
  readonly names?: Partial<{ dump: string; aof: string; folder: string }>;
}

const CASES: readonly Case[] = [
  { title: 'AOF off', lines: [], use: 'auto', protocol: 'rdb-plain' },
  {
    title: 'AOF off, with save points and a dump of another name',
    lines: ['save 3600 1', 'dbfilename night.rdb'],
    use: 'auto',
    protocol: 'rdb-plain',
    names: { dump: 'night.rdb' },
  },
  { title: 'AOF on', lines: ['appendonly yes'], use: 'auto', protocol: 'aof-set' },
  {
    title: 'AOF on, the dump is asked for',
    lines: ['appendonly yes'],
    use: 'rdb',
    protocol: 'rdb-as-base',
  },
  {
    title: 'AOF on, with other names and save points',
    lines: ['appendonly yes', 'appendfilename my.aof', 'appenddirname log', 'save 3600 1'],
    use: 'rdb',
    protocol: 'rdb-as-base',
    names: { aof: 'my.aof', folder: 'log' },
  },
];

function connect({ socket }: ConfiguredServer): Promise<ServerConnection> {
  const access = {
    endpoint: { kind: 'socket', path: socket },
    user: null,
    password: null,
    tls: null,
  } as const;
  const parts = { fileSystem, checkpoint: uninterrupted, replyTimeoutMs: 60_000 };
  return ServerConnection.open(access, { ...parts, onSilence: () => undefined });
}

async function keysOf(server: ConfiguredServer): Promise<string[]> {
  return withClient(server, async (client) => (await client.keys('*')).toSorted());
}

interface Stage {
  readonly sandbox: Sandbox;
  readonly server: ConfiguredServer;
}

async function findRunning(server: ConfiguredServer, context: RunContext): Promise<FoundTarget> {
  const endpoint = { kind: 'socket', path: server.socket } as const;
  const live = await openLiveServer(
    {
      access: { endpoint, user: null, password: null, tls: null },
      configuration: null,
      source: null,
      waitTimeoutMs: 60_000,
      onLoading: () => undefined,
      onFailover: () => undefined,
      onSilence: () => undefined,
    },
    context,
  );
  try {
    return await findTarget(live, null, context);
  } finally {
    live.connection.close();
  }
}

async function recover(
  t: ExecutionContext,
  { sandbox, server }: Stage,
  { lines, use, names = {} }: Case,
  undo = false,
): Promise<Protocol> {
  const context = { ...createTestContext(), clock: systemClock };
  const { facts: target, owner } = await findRunning(server, context);
  const { directory, settings } = target;
  t.is(settings.isAofOn, lines.includes('appendonly yes'));
  t.is(settings.dumpName, pathFromText(names.dump ?? 'dump.rdb'));
  t.is(settings.aofName, pathFromText(names.aof ?? 'appendonly.aof'));
  t.is(settings.aofFolder, pathFromText(names.folder ?? 'appendonlydir'));
  const source = openRepositorySnapshot(sandbox.repositoryPath, parseTime('1B'), context);
  try {
    const data = await readSnapshotData(source, settings);
    const plan = planRecovery({ target, data, use, expired: null }, ID);
    const at = {
      fileSystem,
      recoveries: pathFromText(path.join(sandbox.root, 'recover')),
      uid: context.uid,
      processId: process.pid,
    };
    makeRecoveries(at);
    const identity = statSync(server.directory, { bigint: true });
    const journal =
      (undo ? RecoveryJournal.open(at, ID) : null) ??
      RecoveryJournal.create(at, {
        id: ID,
        program: context.program,
        snapshotId: source.snapshot.id,
        time: '1B',
        archive: null,
        directory: { path: directory, dev: identity.dev, ino: identity.ino },
        data: plan.aside.data,
        aside: plan.aside.names,
        isAsideWithin: plan.aside.isWithin,
        startedBy: plan.start.kind,
      });
    if (undo) journal.noteUndo();
    const control = new LiveControl({
      path: directory,
      directory: identity,
      settings,
      loadingStart: null,
      stop: plan.stop,
      start: plan.start,
      shutdown: settings.isAofOn === true ? 'as-configured' : 'save',
      expected: plan.expected,
      connect: () => connect(server),
      keepPresent: async () => [],
      waitTimeoutMs: 60_000,
      context,
    });
    const placement = { source: source.files, files: plan.files, owner };
    const notes = await runRecovery({
      journal,
      beforeEnd: () => [],
      directory,
      control,
      placement,
      toType: TO_TYPE,
      context,
    });
    if (notes.length > 0) throw new Error(JSON.stringify(notes));
    return plan.files.protocol;
  } finally {
    await source.close();
  }
}

/** The tools of Redis accept what is on the disk. */
async function isAccepted(
  { directory }: ConfiguredServer,
  { names = {}, protocol }: Case,
): Promise<void> {
  if (protocol === 'rdb-plain') {
    await run('redis-check-rdb', [path.join(directory, names.dump ?? 'dump.rdb')]);
    return;
  }
  const manifest = `${names.aof ?? 'appendonly.aof'}.manifest`;
  await run('redis-check-aof', [path.join(directory, names.folder ?? 'appendonlydir', manifest)]);
}

function ownersIn(directory: string, names: readonly string[]): Set<number> {
  return new Set(names.map((name) => statSync(path.join(directory, name)).uid));
}

for (const given of CASES) {
  test.serial(
    `a server is brought back, loses nothing after, and is undone: ${given.title}`,
    async (t) => {
      await bringBack(t, given);
    },
  );
}

async function bringBack(t: ExecutionContext, given: Case): Promise<void> {
  const root = await temporaryDirectory(t);
  const owner = await redisUser();
  const server = await configureServer(t, { root, owner, lines: given.lines });
  const sandbox = new Sandbox(root, { context: createTestContext(), examines: true });
  const backup = async (): Promise<void> => {
    await sandbox.backup({ source: server.directory, rehash: true });
  };
  await startConfigured(server, owner);
  await withClient(server, async (client) => {
    await client.mset({ a: '1', b: '2', c: '3' });
    await client.save();
  });
  await backup();
  await withClient(server, async (client) => {
    await client.del('b');
    await client.set('later', '1');
    await client.save();
  });
  await backup();
  await withClient(server, async (client) => client.set('unsaved', '1'));

  t.is(await recover(t, { sandbox, server }, given), given.protocol);
  t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
  await isAccepted(server, given);
  const placed =
    given.protocol === 'rdb-plain'
      ? (given.names?.dump ?? 'dump.rdb')
      : (given.names?.folder ?? 'appendonlydir');
  t.deepEqual([...ownersIn(server.directory, [placed])], [owner?.uid ?? process.geteuid?.() ?? 0]);

  if (given.lines.includes('appendonly yes')) {
    // Whatever is written from now on survives a crash and a start.
    await withClient(server, async (client) => client.set('after', '1'));
    await until(async () =>
      (await withClient(server, (client) => client.info('persistence'))).includes(
        'aof_pending_bio_fsync:0',
      ),
    );
    process.kill(serverIn(server.directory) ?? 0, 'SIGKILL');
    await until(async () => serverIn(server.directory) === null);
    await startConfigured(server, owner);
    t.deepEqual(await keysOf(server), ['a', 'after', 'b', 'c']);
  }

  await recover(t, { sandbox, server }, given, true);
  t.deepEqual(await keysOf(server), ['a', 'c', 'later', 'unsaved']);
  t.true(existsSync(`${server.directory}.recovered-${ID}`));
}

test.serial(
  'an AOF of one file is upgraded by the server that is brought back to it',
  async (t) => {
    const root = await temporaryDirectory(t);
    const owner = await redisUser();
    const given: Case = { title: '', lines: ['appendonly yes'], use: 'auto', protocol: 'aof-log' };
    const server = await configureServer(t, { root, owner, lines: given.lines });
    const sandbox = new Sandbox(root, { context: createTestContext(), examines: true });
    await mkdir(sandbox.source);
    const commands = ['a', 'b'].map((key) => `*3\r\n$3\r\nSET\r\n$1\r\n${key}\r\n$1\r\n1\r\n`);
    // As Redis 6 writes it; its end was cut off, as by a crash.
    const select = '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n';
    await sandbox.write('appendonly.aof', `${select}${commands.join('')}*3\r\n$3\r\nSE`);
    await sandbox.backup();
    await sandbox.write('other', 'newer');
    await sandbox.backup();
    await startConfigured(server, owner);
    await withClient(server, async (client) => client.set('present', '1'));

    t.is(await recover(t, { sandbox, server }, given), 'aof-log');
    t.deepEqual(await keysOf(server), ['a', 'b']);
    await isAccepted(server, given);
    t.false(
      existsSync(path.join(server.directory, 'appendonly.aof')),
      'it is the base of a set now',
    );
    await recover(t, { sandbox, server }, given, true);
    t.deepEqual(await keysOf(server), ['present']);
  },
);
