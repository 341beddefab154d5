import { readdirSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { copyTree } from '../../support/files/copy-tree.js';
import {
  HookedFileSystem,
  type NthMutation,
  ProcessDied,
  dieAtMutation,
  failAtMutation,
} from '../../support/files/hooked-file-system.js';
import { removeTree } from '../../support/files/temporary-directory.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { removeSnapshots } from '../../support/repository/remove-snapshots.js';
import { isAsRecorded } from '../../support/repository/whole-repository.js';
import { RandomTree } from '../../support/sandbox/random-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const quick = new HookedFileSystem(() => {}, { sync: false });

function ids(sandbox: Sandbox): number[] {
  return sandbox.list().map(({ id }) => id);
}

function incrementFiles(sandbox: Sandbox): number {
  return readdirSync(sandbox.data('increments')).length;
}

async function randomHistory(t: ExecutionContext, seed: string, nights: number): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  const tree = new RandomTree(sandbox.source, new SeededRandom(seed));
  for (let night = 0; night < nights; night += 1) {
    await tree.change(12);
    await sandbox.backup({ context: { fileSystem: quick } });
  }
  return sandbox;
}

/** One file of which a little changes each night, so that each increment is a delta. */
async function editedHistory(t: ExecutionContext, nights: number): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  const random = new SeededRandom('edited');
  const content = random.bytes(40_000);
  for (let night = 0; night < nights; night += 1) {
    random.bytes(300).copy(content, random.below(39_000));
    await sandbox.write('dump.rdb', content);
    await sandbox.backup({ context: { fileSystem: quick } });
  }
  return sandbox;
}

for (let seed = 1; seed <= 4; seed += 1) {
  test(`random removals from a random history leave each other snapshot as it was (seed ${seed})`, async (t) => {
    const sandbox = await randomHistory(t, `removal ${seed}`, 10);
    const random = new SeededRandom(seed);
    while (ids(sandbox).length > 1) {
      const old = ids(sandbox).slice(0, -1);
      const removed = old.filter(() => random.below(3) === 0);
      const before = sandbox.info().incrementBytes;
      const { freedBytes, failures } = await removeSnapshots(sandbox, removed, {
        fileSystem: quick,
      });
      t.deepEqual(failures, []);
      t.deepEqual(ids(sandbox), [...old.filter((id) => !removed.includes(id)), 10]);
      await isAsRecorded(t, sandbox, `without ${String(removed)}`);
      const { increments, incrementBytes } = sandbox.info();
      t.is(incrementFiles(sandbox), increments);
      t.is(freedBytes, before - incrementBytes);
    }
    t.is(incrementFiles(sandbox), 0);
    const { snapshot } = await sandbox.backup();
    t.is(snapshot.id, 11);
    await isAsRecorded(t, sandbox, 'after the next backup');
  });
}

const FAULTS: Record<string, (n: number) => NthMutation> = {
  'a disk that fills up': (n) => failAtMutation(n, 'ENOSPC'),
  'the death of the program': dieAtMutation,
};

for (const [fault, strike] of Object.entries(FAULTS)) {
  test(`${fault} at each mutation of a removal leaves each snapshot whole, and the next removal finishes`, async (t) => {
    const model = await editedHistory(t, 7);
    const removed = [2, 3, 5];
    for (let n = 1; ; n += 1) {
      const sandbox = model.withRepository(model.at(`copy-${n}`));
      await copyTree(model.repository, sandbox.repository);
      const mutation = strike(n);
      const fileSystem = new HookedFileSystem(mutation.hook, { sync: false });
      const ending = await removeSnapshots(sandbox, removed, { fileSystem }).catch(
        (error: unknown) => error as Error,
      );
      const hasStruck = mutation.hasStruck();
      if (!hasStruck) t.false(ending instanceof Error);
      await isAsRecorded(t, sandbox, `mutation ${n}`);
      t.true([7, 4].includes(ids(sandbox).length));
      await removeSnapshots(sandbox, removed, { fileSystem: quick });
      t.deepEqual(ids(sandbox), [1, 4, 6, 7]);
      await isAsRecorded(t, sandbox, `mutation ${n}, finished`);
      t.is(incrementFiles(sandbox), sandbox.info().increments);
      await removeTree(sandbox.repository);
      if (!hasStruck) {
        t.true(n > 10, `${n} mutations`);
        return;
      }
    }
  });
}

test('the next backup finishes a removal that was cut off', async (t) => {
  const sandbox = await editedHistory(t, 6);
  const fileSystem = new HookedFileSystem(({ operation, path, isMutation }) => {
    // The file of the composed increment.
    if (operation === 'open' && isMutation && path.includes('increments/')) {
      throw new ProcessDied('died');
    }
  });
  await t.throwsAsync(removeSnapshots(sandbox, [2, 3, 4], { fileSystem }));
  const before = sandbox.info().incrementBytes;
  t.deepEqual(ids(sandbox), [1, 5, 6]);
  await sandbox.backup();
  await isAsRecorded(t, sandbox, 'after the backup');
  const { increments, incrementBytes } = sandbox.info();
  t.true(incrementBytes < before);
  t.is(incrementFiles(sandbox), increments);
  t.deepEqual((await removeSnapshots(sandbox, [])).freedBytes, 0);
});
