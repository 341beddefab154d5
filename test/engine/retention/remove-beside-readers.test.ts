// A removal takes no notice of readers, and readers take no lock. What they read of snapshots that stay is whole.
import test, { type ExecutionContext } from 'ava';
import { NotInSnapshotError } from '../../../src/errors.js';
import { treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function sixNights(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  const random = new SeededRandom('beside readers');
  const contents = ['a', 'b', 'c'].map((name) => ({ name, bytes: random.bytes(30_000) }));
  for (let night = 0; night < 6; night += 1) {
    for (const { name, bytes } of contents) {
      random.bytes(200).copy(bytes, random.below(29_000));
      await sandbox.write(name, bytes);
    }
    await sandbox.backup();
  }
  return sandbox;
}

test('a restore of a snapshot that stays is whole, wherever a removal comes between', async (t) => {
  let struck = 0;
  for (let n = 1; n < 12; n += 1) {
    const sandbox = await sixNights(t);
    let count = 0;
    let isDone = false;
    const fileSystem = new HookedFileSystem(({ operation, isMutation }) => {
      if (operation === 'open' && !isMutation) count += 1;
    });
    const checkpoint = async (): Promise<void> => {
      if (count < n || isDone) return;
      isDone = true;
      await sandbox.thin({ ids: [2, 3, 5] });
    };
    const tree = await sandbox.restoredTree({ time: '#1', context: { fileSystem, checkpoint } });
    t.deepEqual(treeDifferences(sandbox.snapshot(1).tree, tree), [], `opening ${n}`);
    if (isDone) struck += 1;
  }
  t.true(struck >= 3, `${struck} removals`);
});

test('a restore of a snapshot that is removed meanwhile says so', async (t) => {
  const sandbox = await sixNights(t);
  let isDone = false;
  const checkpoint = async (): Promise<void> => {
    if (isDone) return;
    isDone = true;
    await sandbox.thin({ ids: [1, 2, 3] });
  };
  const error = await t.throwsAsync(sandbox.restore({ time: '#2', context: { checkpoint } }), {
    instanceOf: NotInSnapshotError,
  });
  t.regex(error.message, /^snapshot 2 was removed while it was read$/);
});

test('a verification finds nothing wrong, wherever a removal comes between', async (t) => {
  let struck = 0;
  for (let n = 1; n < 30; n += 2) {
    const sandbox = await sixNights(t);
    let count = 0;
    let isDone = false;
    const checkpoint = async (): Promise<void> => {
      count += 1;
      if (count < n || isDone) return;
      isDone = true;
      await sandbox.thin({ ids: [1, 3, 4] });
    };
    const { problems, notes } = await sandbox.verify({ context: { checkpoint } });
    t.deepEqual([problems, lookNames(notes)], [[], []], `checkpoint ${n}`);
    if (isDone) struck += 1;
  }
  t.true(struck >= 5, `${struck} removals`);
});
