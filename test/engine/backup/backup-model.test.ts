import test from 'ava';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { copyTree, createBackupPlace, withoutOurs } from '../../support/repository/backup-place.js';
import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { RandomTree } from '../../support/repository/random-tree.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

const SNAPSHOTS = 16;

for (const seed of ['first', 'second', 'third']) {
  test(`each of ${SNAPSHOTS} snapshots of a random history restores as it was (seed '${seed}')`, async (t) => {
    const place = await createBackupPlace(t);
    const random = new SeededRandom(seed);
    const tree = new RandomTree(place.source, random);
    await tree.change(30);
    const expected: Tree[] = [];
    for (let snapshot = 1; snapshot <= SNAPSHOTS; snapshot += 1) {
      const { notes } = await place.backup({ rehash: random.chance(20) });
      t.deepEqual(
        notes.filter(({ kind }) => kind !== 'link-outside'),
        [],
        `snapshot ${snapshot}`,
      );
      expected.push(await readTree(place.source));
      const mirror = await place.mirror();
      t.deepEqual(treeDifferences(withoutOurs(expected.at(-1) ?? {}), mirror), [], 'the mirror');
      await tree.change(random.between(1, 8));
    }
    const report = await place.verify();
    t.deepEqual([report.problems, report.notes], [[], []]);
    t.true(report.versionsChecked > SNAPSHOTS);
    for (const [index, then] of expected.entries()) {
      const restored = await place.restoredTree(`${SNAPSHOTS - 1 - index}B`);
      t.deepEqual(treeDifferences(then, restored), [], `snapshot ${index + 1}`);
    }
  });
}

test('a repository that is moved and copied restores as before', async (t) => {
  const place = await createBackupPlace(t);
  const tree = new RandomTree(place.source, new SeededRandom('moved'));
  await tree.change(20);
  await place.backup();
  const first = await readTree(place.source);
  await tree.change(10);
  await place.backup();
  const copy = place.withRepository(path.join(place.root, 'copied'));
  await copyTree(place.repository, copy.repository);
  await tree.change(10);
  await copy.backup();
  const moved = copy.withRepository(path.join(place.root, 'moved'));
  await rename(copy.repository, moved.repository);
  t.deepEqual((await moved.verify()).problems, []);
  t.deepEqual(treeDifferences(first, await moved.restoredTree('2B')), []);
  t.deepEqual(treeDifferences(first, await place.restoredTree('1B')), []);
  t.deepEqual(treeDifferences(await readTree(place.source), await moved.restoredTree('now')), []);
});
