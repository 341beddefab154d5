// Readers beside the first backup, which makes the repository, and after it has died at any of its steps. A
// repository that is being made is not damaged.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import test from 'ava';
import { WriteLock } from '../../../src/catalog/write-lock.js';
import {
  CorruptError,
  LockedError,
  NoRepositoryError,
  NotInSnapshotError,
} from '../../../src/errors.js';
import { lockPath } from '../../../src/repository/layout.js';
import {
  HookedFileSystem,
  ProcessDied,
  dieAtMutation,
} from '../../support/files/hooked-file-system.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** How a reader ends: `read`, or the error that it may end with. */
function outcomeOf(read: () => unknown, messages = new Set<string>()): string {
  try {
    read();
    return 'read';
  } catch (error) {
    if (error instanceof LockedError) messages.add(error.message);
    return nameOf(error);
  }
}

async function outcomeOfRun(run: Promise<unknown>): Promise<string> {
  return run.then(() => 'read', nameOf);
}

function nameOf(error: unknown): string {
  for (const kind of [LockedError, NoRepositoryError, NotInSnapshotError]) {
    if (error instanceof kind) return kind.name;
  }
  throw error;
}

test('list and info say at any step of the first backup that there is no snapshot yet', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  const outcomes: string[] = [];
  const seen = new Set<string>();
  let isReading = false;
  const fileSystem = new HookedFileSystem(
    () => {
      if (isReading) return;
      isReading = true;
      for (const read of [() => sandbox.list(), () => sandbox.info()]) {
        outcomes.push(outcomeOf(read, seen));
      }
      isReading = false;
    },
    { sync: false },
  );
  await sandbox.backup({ context: { fileSystem } });
  const count = (name: string): number => outcomes.filter((outcome) => outcome === name).length;
  t.true(count('LockedError') > 30, outcomes.join(' '));
  t.true(count('read') > 10, outcomes.join(' '));
  t.deepEqual(
    [...seen].map((message) => message.replace(sandbox.repository, 'REPO')),
    [
      "the repository at 'REPO' is being made by another process",
      "the first backup into 'REPO' is still running, so that there is no snapshot yet",
    ],
  );
  // Once the lock is held, no reader is told to make the repository.
  const sinceLock = outcomes.slice(outcomes.indexOf('LockedError'));
  t.false(sinceLock.includes('NoRepositoryError'), outcomes.join(' '));
  t.true(outcomes.lastIndexOf('LockedError') < outcomes.indexOf('read'), outcomes.join(' '));
});

test('verify and restore say that the first backup is still running, and afterwards that it ended without a snapshot', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  const expected = {
    instanceOf: LockedError,
    message: /^the first backup into '.*' is still running/,
  };
  let steps = 0;
  const checkpoint = async (): Promise<void> => {
    steps += 1;
    const data = sandbox.data('catalog.sqlite3');
    if (!existsSync(data)) return;
    await t.throwsAsync(sandbox.verify(), expected);
    await t.throwsAsync(sandbox.restore(), expected);
    throw new ProcessDied();
  };
  // What is there already is not taken back after a failure.
  mkdirSync(sandbox.repository);
  const fileSystem = new HookedFileSystem(({ operation }) => {
    if (steps > 0 && operation === 'unlink') throw new ProcessDied();
  });
  await t.throwsAsync(sandbox.backup({ context: { checkpoint, fileSystem } }), {
    instanceOf: ProcessDied,
  });
  t.deepEqual(sandbox.list(), []);
  t.is(sandbox.info().snapshots, 0);
  const { notes } = await sandbox.verify();
  t.deepEqual(
    notes.map(({ kind, severity, hint }) => [kind, severity, hint]),
    [['no-snapshot', 'look', 'run the backup again']],
  );
  await t.throwsAsync(sandbox.restore(), {
    instanceOf: NotInSnapshotError,
    message: 'the repository holds no snapshot: its first backup was not finished',
  });
  t.is((await sandbox.backup()).snapshot.id, 1);
});

test('a repository that has a snapshot is read while a backup holds its lock', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.backup();
  const lock = WriteLock.tryAcquire(lockPath(sandbox.repositoryPath));
  t.is(sandbox.list().length, 1);
  lock?.release();
});

test('no reader calls a repository damaged whose first backup has died at any step', async (t) => {
  const origin = await createSandbox(t);
  await origin.write('dump.rdb', 'the dump');
  const seen = new Set<string>();
  for (let n = 1; ; n += 1) {
    const sandbox: Sandbox = origin.withRepository(origin.at(`repository-${n}`));
    const death = dieAtMutation(n);
    const fileSystem = new HookedFileSystem(death.hook, { sync: false });
    await sandbox.backup({ context: { fileSystem } }).catch((error: unknown) => {
      if (!(error instanceof ProcessDied)) throw error;
    });
    if (!death.hasStruck()) {
      t.true(n > 30, `${n} mutations`);
      break;
    }
    seen.add(outcomeOf(() => sandbox.list()));
    seen.add(outcomeOf(() => sandbox.info()));
    seen.add(await outcomeOfRun(sandbox.restore()));
    seen.add(await outcomeOfRun(sandbox.verify()));
  }
  t.deepEqual([...seen].toSorted(), ['NoRepositoryError', 'NotInSnapshotError', 'read']);
});

test('a catalog that comes between two looks of a reader is not lost', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.backup();
  const aside = sandbox.at('catalog');
  renameSync(sandbox.data('catalog.sqlite3'), aside);
  t.throws(() => sandbox.list(), { instanceOf: CorruptError });
  let isBack = false;
  const fileSystem = new HookedFileSystem((call) => {
    if (isBack || call.operation !== 'list') return;
    isBack = true;
    renameSync(aside, sandbox.data('catalog.sqlite3'));
  });
  const { problems } = await sandbox.verify({ context: { fileSystem } });
  t.true(isBack);
  t.deepEqual(problems, []);
});
