// Files of which much is one byte or a short pattern: padded records, bitmaps. Such stretches are equal at any
// offset, so they must not decide which records stand side by side.
import test from 'ava';
import { zstdCompressBuffer } from '../../src/system/zstd/zstd.js';
import { createRandom, randomBytesOf } from './random-bytes.js';
import { diffBuffers, patchBuffer } from './run-delta.js';

const RECORDS = 3000;

function padded(name: string, length: number, pattern: string): Buffer {
  return Buffer.concat([Buffer.from(name), Buffer.alloc(length, pattern)]).subarray(0, length);
}

/** Replaces record 7 and one in the middle by a short one, as if both had been changed since. */
function changed(records: readonly Buffer[]): Buffer {
  const after = [...records];
  after[7] = Buffer.from('key:00000007=short');
  after[Math.floor(records.length / 2)] = Buffer.from('key:half=short');
  return Buffer.concat(after);
}

const PATTERNS = {
  zeros: '\0',
  spaces: ' ',
  'three bytes': 'abc',
  'seven bytes': '\0\x01\0\0\x02\0\x07',
};

for (const [name, pattern] of Object.entries(PATTERNS)) {
  for (const length of pattern.length === 1 ? [200, 1000, 5000, 70_000] : [200, 1000, 5000]) {
    test(`records padded to ${length} bytes with ${name} cost those that changed`, async (t) => {
      const count = Math.min(RECORDS, Math.ceil(12_000_000 / length));
      const records = Array.from({ length: count }, (_, id) =>
        padded(`key:${String(id).padStart(8, '0')}=val:${id}`, length, pattern),
      );
      const older = Buffer.concat(records);
      const newer = changed(records);
      for (const [basis, result] of [
        [newer, older],
        [older, newer],
      ] as const) {
        const { delta } = await diffBuffers(basis, result);
        t.true((await patchBuffer(basis, delta)).equals(result));
        t.true(delta.length <= 2 * length + 200, `${delta.length} bytes`);
        const stored = await zstdCompressBuffer(delta, 3);
        t.true(stored.length < 400, `${stored.length} bytes stored`);
      }
    });
  }
}

test('records of random bytes and padding of any length cost those that changed', async (t) => {
  const random = createRandom(11);
  const records = Array.from({ length: RECORDS }, (_, id) =>
    Buffer.concat([randomBytesOf(id + 1, 8), Buffer.alloc(500 + random(8))]),
  );
  const older = Buffer.concat(records);
  const newer = changed(records);
  const { delta } = await diffBuffers(newer, older);
  t.true((await patchBuffer(newer, delta)).equals(older));
  t.true(delta.length < 1500, `${delta.length} bytes`);
});

test('bitmaps with few bits set are not taken for one another', async (t) => {
  const random = createRandom(12);
  const bitmap = (): Buffer => {
    const bytes = Buffer.alloc(20_000);
    for (let count = 0; count < 20; count++) bytes[random(bytes.length)] = 1 + random(255);
    return bytes;
  };
  const records = Array.from({ length: 300 }, bitmap);
  const older = Buffer.concat(records);
  const newer = Buffer.concat(records.map((record, id) => (id % 50 === 9 ? bitmap() : record)));
  const { delta } = await diffBuffers(newer, older);
  t.true((await patchBuffer(newer, delta)).equals(older));
  const stored = await zstdCompressBuffer(delta, 3);
  t.true(stored.length < 2000, `${stored.length} bytes stored`);
});

test('a bit that changed in a long stretch of zeros costs itself', async (t) => {
  const older = Buffer.concat([randomBytesOf(1, 5000), Buffer.alloc(3_000_000)]);
  const newer = Buffer.from(older);
  newer[1_000_000] = 1;
  const { delta } = await diffBuffers(newer, older);
  t.true((await patchBuffer(newer, delta)).equals(older));
  t.true(delta.length < 100, `${delta.length} bytes`);
});

test('bytes that changed here and there in a sparse file cost themselves', async (t) => {
  const random = createRandom(13);
  const older = Buffer.alloc(8_000_000);
  for (let count = 0; count < 8000; count++) older[random(older.length)] = 1 + random(255);
  const newer = Buffer.from(older);
  for (let count = 0; count < 800; count++) newer[random(newer.length)] = random(256);
  const shifted = Buffer.concat([newer.subarray(0, 4e6), Buffer.of(1), newer.subarray(4e6)]);
  const { delta } = await diffBuffers(shifted, older);
  t.true((await patchBuffer(shifted, delta)).equals(older));
  t.true(delta.length < older.length / 5, `${delta.length} bytes`);
  const stored = await zstdCompressBuffer(delta, 3);
  t.true(stored.length < 8 * 800, `${stored.length} bytes stored`);
});
