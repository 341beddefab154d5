// What must hold for every delta between RDBs, whole or damaged, with their keys in any order.
import test from 'ava';
import * as fc from 'fast-check';

import { createRandom, randomBytesOf } from '../delta/random-bytes.js';
import { diffBuffers, patchBuffer } from '../delta/run-delta.js';
import { type RdbKey, type RdbValue, writeRdb } from '../support/redis/data/rdb-writer.js';

const text = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc
    .tuple(fc.nat(), fc.constantFrom(200, 32_700, 32_800, 70_000, 300_000))
    .map(([seed, length]) => randomBytesOf(seed, length)),
);
const names = fc.uniqueArray(fc.string({ maxLength: 30 }), { maxLength: 30 });
/** Up to 3000 names: enough to make a record long. */
const manyNames = fc
  .nat({ max: 3000 })
  .map((count) => Array.from({ length: count }, (_, index) => `name ${index * 7919}`));

const value: fc.Arbitrary<RdbValue> = fc.oneof(
  text.map((it): RdbValue => ({ type: 'string', text: it })),
  fc.oneof(names, manyNames).map((members): RdbValue => ({ type: 'set', members })),
  fc.tuple(fc.oneof(names, manyNames), fc.string({ maxLength: 60 })).map(([all, it]): RdbValue => ({
    type: 'hash',
    fields: all.map((name): readonly [string, string] => [name, `${it}${name}`]),
  })),
  fc.tuple(names, text).map(([all, it]): RdbValue => ({
    type: 'hash',
    fields: all.slice(0, 2).map((name): readonly [string, Uint8Array | string] => [name, it]),
  })),
);

const key: fc.Arbitrary<RdbKey> = fc.record(
  {
    database: fc.nat({ max: 2 }),
    // Few names, so that both files have the same keys.
    key: fc.nat({ max: 40 }).map((number) => `key ${number}`),
    value,
    expiresAtMs: fc.nat(),
    idleSeconds: fc.nat({ max: 200_000 }),
  },
  { requiredKeys: ['database', 'key', 'value'] },
);
const dump = fc.array(key, { maxLength: 40 });

/** Shuffles the keys: few are then at the same place as before. */
function reordered(keys: readonly RdbKey[], seed: number): RdbKey[] {
  const random = createRandom(seed);
  return keys
    .map((item) => ({ item, place: random(1000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function damaged(bytes: Buffer, seed: number): Buffer {
  if (seed % 2 === 0) return bytes;
  const random = createRandom(seed);
  const copy = Buffer.from(bytes);
  for (let count = random(4); count >= 0; count--) copy[random(copy.length)] = random(256);
  return random(10) < 3 ? copy.subarray(0, random(copy.length)) : copy;
}

test('patching with a diff rebuilds any dump from any other', async (t) => {
  const memory = fc.constantFrom(0, 1 << 20, 1 << 26);
  await fc.assert(
    fc.asyncProperty(
      dump,
      dump,
      dump,
      fc.nat(),
      memory,
      async (both, one, other, seed, memoryBytes) => {
        const basis = damaged(writeRdb(reordered([...both, ...one], seed)), seed % 7);
        const result = damaged(writeRdb(reordered([...both, ...other], seed + 1)), seed % 5);
        const { delta, ...summary } = await diffBuffers(basis, result, { memoryBytes });
        return (
          (await patchBuffer(basis, delta)).equals(result) &&
          summary.copyBytes + summary.literalBytes === result.length
        );
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});
