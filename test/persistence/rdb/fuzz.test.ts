// Damaged RDBs: bytes flipped, removed and inserted. Each ends in a walk that is complete or stopped, with
// offsets inside the file, the same in pieces of any length, and never in a trap or an endless loop. A
// failure names the seed and the round that make the same file again.
import { readFileSync } from 'node:fs';

import test from 'ava';

import { listElements } from '../../../src/persistence/rdb/list-elements.js';
import { RdbFormatError } from '../../../src/persistence/rdb/rdb-format-error.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { readAnnotatedRdbs } from './annotated-hex.js';
import { type FoundWalk, findInBytes, findInPieces } from './found-records.js';
import { MemoryReader } from '../../support/files/memory-reader.js';

const ROUNDS = 400;

const files = [
  ...readAnnotatedRdbs(),
  ...['7.0-least-frequently-used', '7.0-plain-list-nodes-without-checksum'].map((name) => ({
    name,
    bytes: readFileSync(fixturePath('rdb', 'made-by-redis', `${name}.rdb`)),
  })),
];

function damage(bytes: Buffer, random: SeededRandom): Buffer {
  const damaged = Buffer.from(bytes);
  const count = random.pick([1, 1, 2, 8]);
  for (let n = 0; n < count; n++) {
    const at = random.below(damaged.length);
    damaged[at] = random.chance(50)
      ? (damaged[at] ?? 0) ^ (1 << random.below(8))
      : random.pick([0, 1, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xfa, 0xfc, 0xfe, 0xff]);
  }
  if (random.chance(70)) return damaged;
  const at = random.below(damaged.length);
  const inserted = random.bytes(random.below(12));
  return Buffer.concat([damaged.subarray(0, at), inserted, damaged.subarray(at + random.below(4))]);
}

/** What is wrong with the walk. Null if all that must hold of any walk holds. */
function findFault({ walk, records }: FoundWalk, sizeBytes: number): string | null {
  let end = 0;
  for (const { recordAt, typeAt, valueAt, endAt } of records) {
    const isInOrder = end <= recordAt && recordAt <= typeAt && typeAt < valueAt && valueAt < endAt;
    if (!isInOrder) return `records out of order at byte ${recordAt}`;
    end = endAt;
  }
  if (end > sizeBytes) return `a record ends at byte ${end} of ${sizeBytes}`;
  if (walk.keys !== records.length) return `${walk.keys} keys in ${records.length} records`;
  if (walk.end.kind === 'complete') {
    return walk.end.sizeBytes + walk.end.trailingBytes === sizeBytes ? null : 'ends elsewhere';
  }
  const { stoppedAt, entryAt } = walk.end;
  return end <= entryAt && entryAt <= stoppedAt && stoppedAt <= sizeBytes
    ? null
    : `stopped at ${stoppedAt}, in the entry at ${entryAt}, after ${end} of ${sizeBytes}`;
}

for (const { name, bytes } of files) {
  test(`${name}, damaged at random, ends in a walk`, async (t) => {
    const random = new SeededRandom(`fuzz ${name}`);
    const ends = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const damaged = damage(bytes, random);
      const where = `round ${round}: ${damaged.toString('hex')}`;
      const whole = await findInBytes(damaged);
      t.is(findFault(whole, damaged.length), null, where);
      t.deepEqual(await findInPieces(damaged, [random.between(1, 40)]), whole, where);
      const unsummed = await findInPieces(damaged, [random.between(1, 40)], {
        verifyChecksum: false,
      });
      t.deepEqual(unsummed.records, whole.records, where);
      t.deepEqual(unsummed.walk.end, whole.walk.end, where);
      const end = whole.walk.end.kind === 'complete' ? 'complete' : whole.walk.end.reason;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    t.true(ends.size > 2, JSON.stringify([...ends]));
  });

  test(`${name}: elements of damaged values are listed or refused`, async (t) => {
    const random = new SeededRandom(`fuzz elements ${name}`);
    const { walk, records } = await findInBytes(bytes);
    for (let round = 0; round < ROUNDS; round++) {
      const { type, valueAt, endAt } = random.pick(records);
      const damaged = Buffer.from(bytes);
      const at = random.between(valueAt, endAt - 1);
      damaged[at] = random.below(256);
      const listing = listElements(
        new MemoryReader(damaged),
        { format: walk.format ?? { magic: 'REDIS', version: 10 }, type, valueAt, endAt },
        () => undefined,
      );
      await listing.then(
        () => t.pass(),
        (error: unknown) => t.true(error instanceof RdbFormatError, `round ${round}, byte ${at}`),
      );
    }
  });
}
