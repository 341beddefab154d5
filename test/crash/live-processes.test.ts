// Several real processes on one repository, signals at any moment, and a repository that cannot be
// written: each command succeeds, or is refused with the exit code that says why.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import Database from 'better-sqlite3';
import { copyTree } from '../support/files/copy-tree.js';
import { type Tree, readTree, treeDifferences } from '../support/files/directory-tree.js';
import { mountMemory, remount } from '../support/files/mounted.js';
import { cliEnvironment, runCli, succeedCli } from '../support/program/cli.js';
import { mainScript } from '../support/program/project-paths.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { EVENTFUL_NIGHTS, settle } from '../support/sandbox/eventful-history.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

async function listed(repository: string): Promise<number> {
  const list = (await succeedCli(['list', '--json', repository])).json();
  return (list as { snapshots: unknown[] }).snapshots.length;
}

/** The tree is what SOURCE was at one of the backups; otherwise all differences are shown. */
function isOneOf(t: ExecutionContext, states: readonly Tree[], tree: Tree): void {
  const differences = states.map((state) => treeDifferences(state, tree));
  const isEqual = differences.some((lines) => lines.length === 0);
  t.true(isEqual, differences.map((lines) => lines.join('\n')).join('\n\n'));
}

async function isSound(
  t: ExecutionContext,
  sandbox: Sandbox,
  states: readonly Tree[],
): Promise<void> {
  t.is((await runCli(['verify', sandbox.repository])).code, 0);
  const restored = await sandbox.restoredTree();
  isOneOf(t, states, restored);
}

async function createSource(t: ExecutionContext): Promise<{ sandbox: Sandbox; state: Tree }> {
  const sandbox = await createSandbox(t);
  await EVENTFUL_NIGHTS[0]?.(sandbox);
  return { sandbox, state: await settle(sandbox.source) };
}

test('of backups that begin at once one succeeds, and the others succeed or are refused with exit 11', async (t) => {
  const { sandbox, state } = await createSource(t);
  let expected = 0;
  // The first round makes the repository.
  for (let round = 0; round < 4; round += 1) {
    const line = ['backup', '--no-examine', sandbox.source, sandbox.repository];
    const ended = await Promise.all([1, 2, 3].map(async () => runCli(line)));
    for (const { code, stderr } of ended) {
      t.true(code === 0 || code === 11, stderr);
      if (code === 11) t.regex(stderr, /is in use by another process\nhint: .*--wait-lock/);
    }
    const taken = ended.filter(({ code }) => code === 0).length;
    t.true(taken >= 1, String(taken));
    expected += taken;
    t.is(await listed(sandbox.repository), expected, `round ${round}`);
  }
  await isSound(t, sandbox, [state]);
});

test('backups that begin at once and wait for the lock all succeed', async (t) => {
  const { sandbox, state } = await createSource(t);
  const line = ['backup', '--no-examine', '--wait-lock', '300', sandbox.source, sandbox.repository];
  const ended = await Promise.all([1, 2, 3].map(async () => runCli(line)));
  t.deepEqual(
    ended.map(({ code, stderr }) => [code, stderr]),
    [1, 2, 3].map(() => [0, '']),
  );
  t.is(await listed(sandbox.repository), 3);
  await isSound(t, sandbox, [state]);
});

test('restores and verifications during backups find a snapshot whole', async (t) => {
  const { sandbox, state } = await createSource(t);
  const states = [state];
  await succeedCli(['backup', '--no-examine', sandbox.source, sandbox.repository]);
  const writing = { isOver: false };
  const write = async (): Promise<void> => {
    for (let round = 0; round < 6; round += 1) {
      await EVENTFUL_NIGHTS[round === 0 ? 1 : round === 1 ? 2 : 1]?.(sandbox).catch(() => {});
      await sandbox.write('dump.rdb', new SeededRandom(`round ${round}`).bytes(300_000));
      states.push(await settle(sandbox.source));
      await succeedCli(['backup', '--no-examine', sandbox.source, sandbox.repository]);
    }
    writing.isOver = true;
  };
  const counts = { restored: 0, verified: 0 };
  const restore = async (): Promise<void> => {
    while (!writing.isOver) {
      const destination = sandbox.at(`live-${counts.restored}`);
      await succeedCli(['restore', sandbox.repository, destination]);
      const tree = await readTree(destination);
      isOneOf(t, states, tree);
      counts.restored += 1;
    }
  };
  const verify = async (): Promise<void> => {
    while (!writing.isOver) {
      const { code, stdout, stderr } = await runCli(['verify', sandbox.repository]);
      t.is(code, 0, stdout + stderr);
      counts.verified += 1;
    }
  };
  await Promise.all([write(), restore(), verify()]);
  t.log(`${counts.restored} restores and ${counts.verified} verifications during 6 backups`);
  t.true(counts.restored >= 3 && counts.verified >= 3, `${counts.restored}, ${counts.verified}`);
  await isSound(t, sandbox, states);
});

for (const [signal, exitCode] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test.serial(
    `${signal} at any moment ends a backup before its commit, with ${exitCode}`,
    async (t) => {
      const sandbox = await createSandbox(t);
      const block = new SeededRandom('block').bytes(1 << 20);
      const dump = Buffer.alloc(96 << 20, block);
      await sandbox.write('dump.rdb', dump);
      await succeedCli(['backup', '--no-examine', sandbox.source, sandbox.repository]);
      const then = await readTree(sandbox.source);
      for (let at = 0; at < dump.length; at += 1 << 20) dump.writeUInt32BE(at + 1, at);
      await sandbox.write('dump.rdb', dump);
      const now = await readTree(sandbox.source);
      let signals = 0;
      for (let afterMs = 0; ; afterMs += 80) {
        const child = spawn(
          process.execPath,
          [mainScript, 'backup', '--no-examine', sandbox.source, sandbox.repository],
          { env: cliEnvironment(), stdio: 'ignore' },
        );
        const ended = once(child, 'close') as Promise<[number | null, string | null]>;
        // From the first file in staging on, or a little later.
        while (!existsSync(sandbox.data('staging/new/1')) && child.exitCode === null)
          await pause(5);
        await pause(afterMs);
        child.kill(signal);
        const [code] = await ended;
        const snapshots = await listed(sandbox.repository);
        if (snapshots === 2) {
          t.true(code === 0 || code === exitCode, `${code}: it was committed before`);
          break;
        }
        t.deepEqual([code, snapshots], [exitCode, 1], `after ${afterMs} ms`);
        signals += 1;
        t.deepEqual(await fs.readdir(sandbox.data('staging/new')), [], `after ${afterMs} ms`);
        t.deepEqual(await fs.readdir(sandbox.data('increments')), []);
        t.is((await fs.stat(sandbox.inMirror('dump.rdb'))).size, dump.length);
      }
      t.deepEqual(treeDifferences(now, await sandbox.restoredTree()), []);
      t.deepEqual(treeDifferences(then, await sandbox.restoredTree({ time: '1B' })), []);
      t.log(`${signals} signals before the commit`);
      // A program that does not look for signals commits at the first.
      t.true(signals > 3, String(signals));
    },
  );
}

test('a repository on read-only media lists, verifies and restores, also with the journal of a commit that was cut off', async (t) => {
  const { sandbox: made, state } = await createSource(t);
  const disk = path.join(made.root, 'disk');
  await mountMemory(t, disk, 16 << 20);
  const sandbox = made.withRepository(path.join(disk, 'repository'));
  for (let count = 0; count < 150; count += 1) {
    await sandbox.write(`many/${count}-${'x'.repeat(150)}`, String(count));
  }
  const now = { ...(await settle(sandbox.source)) };
  t.not(Object.keys(now).length, Object.keys(state).length);
  await succeedCli(['backup', '--no-examine', sandbox.source, sandbox.repository]);
  const cut = sandbox.withRepository(path.join(disk, 'cut-off'));
  const writer = new Database(sandbox.data('catalog.sqlite3'));
  writer.pragma('cache_size = 1');
  writer.exec("BEGIN; UPDATE version SET mtime_ns = 1, path = CAST(path || x'2e' AS BLOB);");
  await copyTree(sandbox.repository, cut.repository);
  writer.exec('ROLLBACK');
  writer.close();
  const { size } = await fs.stat(cut.data('catalog.sqlite3-journal'));
  t.true(size > 512, `${size} bytes`);
  await remount(disk, 'ro');
  for (const { repository } of [sandbox, cut]) {
    t.is(await listed(repository), 1);
    t.is((await runCli(['verify', repository])).code, 0);
    t.is((await runCli(['info', repository])).code, 0);
    const destination = sandbox.at(`restored-${path.basename(repository)}`);
    await succeedCli(['restore', repository, destination]);
    t.deepEqual(treeDifferences(now, await readTree(destination)), []);
    const refused = await runCli(['backup', '--no-examine', sandbox.source, repository]);
    t.is(refused.code, 1);
    t.regex(refused.stderr, /^redis-rewind: cannot [a-z ]+ '[^\n]*\n(?:hint: [^\n]*\n)?$/);
  }
  await remount(disk, 'rw');
  for (const { repository } of [sandbox, cut]) {
    await succeedCli(['backup', '--no-examine', sandbox.source, repository]);
    t.is(await listed(repository), 2);
  }
});
