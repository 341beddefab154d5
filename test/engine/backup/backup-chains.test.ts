// Full copies end chains of deltas, so that a restore reads a bounded number of bytes. The space that
// full copies take is bounded too.
import test from 'ava';
import * as fs from 'node:fs/promises';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Increment } from '../../../src/catalog/records.js';
import { breaksChain } from '../../../src/engine/backup/increments/plan-chain-break.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** Newest first, as they hang on one another. */
function increments(sandbox: Sandbox): readonly Increment[] {
  const catalog = Catalog.open(pathFromText(sandbox.data('catalog.sqlite3')), { readOnly: true });
  try {
    return catalog.read(() => catalog.increments.list()).toReversed();
  } finally {
    catalog.close();
  }
}

/** Nights of which each has a third of the bytes anew. */
function* nightsOf(sizeBytes: number, count: number): Generator<Buffer> {
  const third = Math.floor(sizeBytes / 3);
  let bytes = new SeededRandom('night').bytes(sizeBytes);
  for (let night = 0; night < count; night += 1) {
    bytes = Buffer.from(bytes);
    new SeededRandom(`night ${night}`).bytes(third).copy(bytes, (night % 3) * third);
    yield bytes;
  }
}

test('a content is stored as a full copy once the deltas that depend on it are twice its length', (t) => {
  const size = 50_000_000;
  t.false(breaksChain(size, 0));
  t.false(breaksChain(size, 2 * size));
  t.true(breaksChain(size, 2 * size + 1));
});

test('deltas of less than a megabyte never lead to a full copy', (t) => {
  t.false(breaksChain(0, 1 << 20));
  t.false(breaksChain(10, 1 << 20));
  t.true(breaksChain(10, (1 << 20) + 1));
});

for (const [what, sizeBytes] of [
  ['a file', 600_000],
  ['a file that is large enough for the other thread', 4_500_000],
] as const) {
  test(`${what} that changes much every night has a full copy now and then`, async (t) => {
    const sandbox = await createSandbox(t);
    const nights = [...nightsOf(sizeBytes, 9)];
    for (const bytes of nights) {
      await sandbox.write('dump.rdb', bytes);
      await sandbox.backup();
    }
    // Six deltas, each a third and its commands, are more than twice the length.
    const kinds = increments(sandbox).map(({ kind }) => kind);
    t.deepEqual(
      kinds.toReversed().flatMap((kind, index) => (kind === 'full' ? [index] : [])),
      [6],
    );
    // The mirror, a delta on it, the full copy, and the farthest from it.
    for (const night of [8, 7, 6, 0]) {
      const { destination } = await sandbox.restore({
        time: `${nights.length - 1 - night}B`,
        path: 'dump.rdb',
      });
      t.true((await fs.readFile(destination)).equals(nights[night] as Buffer), `night ${night}`);
    }
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}
