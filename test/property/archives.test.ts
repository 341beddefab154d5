// Random trees go through a backup, an export and a restore, and come back the same.
import test from 'ava';
import { exportFrom, treeFromArchive } from '../support/archive/exports.js';
import { treeDifferences } from '../support/files/directory-tree.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { RandomTree } from '../support/sandbox/random-tree.js';
import { createSandbox } from '../support/sandbox/sandbox.js';

const ROUNDS = 6;

test('what is restored from an archive is what was backed up', async (t) => {
  const seed = process.env['SEED'] ?? String(Math.trunc(Math.random() * 1e9));
  t.log(`SEED=${seed}`);
  const random = new SeededRandom(seed);
  const sandbox = await createSandbox(t, { records: true });
  const tree = new RandomTree(sandbox.source, random);
  for (let round = 1; round <= ROUNDS; round += 1) {
    await tree.change(25);
    await sandbox.backup({ afterSeconds: 60 });
    const id = random.between(1, round);
    const archive = `${round}.tar.zst`;
    await exportFrom(sandbox, { time: `#${id}`, target: archive });
    const expected = sandbox.snapshot(id).tree;
    t.deepEqual(treeDifferences(expected, await treeFromArchive(sandbox, { archive })), []);
  }
});
