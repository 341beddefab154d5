// Readers beside the first backup, which makes the repository, and after it has died at any of its steps. A
// repository that is being made is not damaged.
import { renameSync } from 'node:fs';
import test from 'ava';
import {
  CorruptError,
  LockedError,
  NoRepositoryError,
  NotInSnapshotError,
} from '../../../src/errors.js';
import {
  HookedFileSystem,
  ProcessDied,
  dieAtMutation,
} from '../../support/files/hooked-file-system.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** How a reader ends: `read`, or the error that it may end with. */
function outcomeOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
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

test('list and info say at any step of the first backup that the repository is being made', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  const outcomes: string[] = [];
  let isReading = false;
  const fileSystem = new HookedFileSystem(
    () => {
      if (isReading) return;
      isReading = true;
      for (const read of [() => sandbox.list(), () => sandbox.info()]) {
        outcomes.push(outcomeOf(read));
      }
      isReading = false;
    },
    { sync: false },
  );
  await sandbox.backup({ context: { fileSystem } });
  const count = (name: string): number => outcomes.filter((outcome) => outcome === name).length;
  t.true(count('LockedError') > 10, outcomes.join(' '));
  t.true(count('read') > 10, outcomes.join(' '));
  // Once the lock is held, no reader is told to make the repository.
  const sinceLock = outcomes.slice(outcomes.indexOf('LockedError'));
  t.false(sinceLock.includes('NoRepositoryError'), outcomes.join(' '));
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
