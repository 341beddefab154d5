import test from 'ava';
import { rename } from 'node:fs/promises';
import { copyTree } from '../../support/files/copy-tree.js';
import {
  type Tree,
  readTree,
  treeDifferences,
  withoutOurs,
} from '../../support/files/directory-tree.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { RandomTree } from '../../support/sandbox/random-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const SNAPSHOTS = 16;

for (const seed of ['first', 'second', 'third']) {
  test(`each of ${SNAPSHOTS} snapshots of a random history restores as it was (seed '${seed}')`, async (t) => {
    const sandbox = await createSandbox(t);
    const random = new SeededRandom(seed);
    const tree = new RandomTree(sandbox.source, random);
    await tree.change(30);
    const expected: Tree[] = [];
    for (let snapshot = 1; snapshot <= SNAPSHOTS; snapshot += 1) {
      const { notes } = await sandbox.backup({ rehash: random.chance(20) });
      t.deepEqual(
        notes.filter(({ kind }) => kind !== 'link-outside'),
        [],
        `snapshot ${snapshot}`,
      );
      expected.push(await readTree(sandbox.source));
      const mirror = await sandbox.mirror();
      t.deepEqual(treeDifferences(withoutOurs(expected.at(-1) ?? {}), mirror), [], 'the mirror');
      await tree.change(random.between(1, 8));
    }
    const report = await sandbox.verify();
    t.deepEqual([report.problems, report.notes], [[], []]);
    t.true(report.versionsChecked > SNAPSHOTS, String(report.versionsChecked));
    for (const [index, then] of expected.entries()) {
      const restored = await sandbox.restoredTree({ time: `${SNAPSHOTS - 1 - index}B` });
      t.deepEqual(treeDifferences(then, restored), [], `snapshot ${index + 1}`);
    }
  });
}

test('a repository that is moved and copied restores as before', async (t) => {
  const sandbox = await createSandbox(t);
  const tree = new RandomTree(sandbox.source, new SeededRandom('moved'));
  await tree.change(20);
  await sandbox.backup();
  const first = await readTree(sandbox.source);
  await tree.change(10);
  await sandbox.backup();
  const copy = sandbox.withRepository(sandbox.at('copied'));
  await copyTree(sandbox.repository, copy.repository);
  await tree.change(10);
  await copy.backup();
  const moved = copy.withRepository(sandbox.at('moved'));
  await rename(copy.repository, moved.repository);
  t.deepEqual((await moved.verify()).problems, []);
  t.deepEqual(treeDifferences(first, await moved.restoredTree({ time: '2B' })), []);
  t.deepEqual(treeDifferences(first, await sandbox.restoredTree({ time: '1B' })), []);
  t.deepEqual(treeDifferences(await readTree(sandbox.source), await moved.restoredTree()), []);
});
