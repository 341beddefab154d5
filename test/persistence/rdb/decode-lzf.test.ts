// LZF: what Redis compressed expands to what was put in. Damaged bytes end in an error, never in a read
// or a write out of bounds.
import { readFileSync } from 'node:fs';

import test from 'ava';

import { decodeLzf } from '../../../src/persistence/rdb/decode-lzf.js';
import { decodeRdbString } from '../../../src/persistence/rdb/decode-string.js';
import { RdbFormatError } from '../../../src/persistence/rdb/rdb-format-error.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { findInBytes } from './found-records.js';

const dump = readFileSync(fixturePath('redis-data', '7.0-rdb-and-multipart-aof', '1', 'dump.rdb'));

/** Expands byte by byte, as the format is defined. Null if the bytes are damaged. */
function expandByDefinition(compressed: Uint8Array, length: number): Buffer | null {
  const out: number[] = [];
  let at = 0;
  while (at < compressed.length) {
    const control = compressed[at++] ?? 0;
    if (control < 32) {
      if (at + control + 1 > compressed.length) return null;
      for (let n = 0; n <= control; n++) out.push(compressed[at++] ?? 0);
    } else {
      let count = control >> 5;
      if (count === 7) {
        if (at === compressed.length) return null;
        count += compressed[at++] ?? 0;
      }
      if (at === compressed.length) return null;
      const from = out.length - (((control & 31) << 8) | (compressed[at++] ?? 0)) - 1;
      if (from < 0) return null;
      for (let n = 0; n < count + 2; n++) out.push(out[from + n] ?? 0);
    }
    if (out.length > length) return null;
  }
  return out.length === length ? Buffer.from(out) : null;
}

test('literals and references expand', (t) => {
  t.is(decodeLzf(Buffer.from([1, 0x61, 0x62]), 2).toString(), 'ab');
  t.is(decodeLzf(Buffer.from([1, 0x61, 0x62, 0x20, 1]), 5).toString(), 'ababa');
  t.is(decodeLzf(Buffer.from([0, 0x61, 0xe0, 255, 0]), 265).toString(), 'a'.repeat(265));
  t.is(decodeLzf(Buffer.alloc(0), 0).length, 0);
});

test('a text that redis compressed is the text that was set', async (t) => {
  const { records } = await findInBytes(dump);
  const text = records.find(
    ({ typeAt }) => decodeRdbString(dump, typeAt + 1).value.toString() === 'large:text',
  );
  const valueAt = text?.valueAt ?? 0;
  t.is(dump[valueAt], 0xc3);
  const { value, endAt } = decodeRdbString(dump, valueAt);
  t.is(value.toString(), 'all work and no play '.repeat(200));
  t.deepEqual([endAt], [text?.endAt]);
});

test('every compressed string of a dump expands as the definition says', async (t) => {
  const { records } = await findInBytes(dump);
  let count = 0;
  for (const { valueAt } of records.filter((record) => dump[record.valueAt] === 0xc3)) {
    const { value, endAt } = decodeRdbString(dump, valueAt);
    const compressed = dump.subarray(endAt - compressedBytes(valueAt), endAt);
    t.deepEqual(value, expandByDefinition(compressed, value.length));
    count++;
  }
  t.true(count >= 5, String(count));
});

function compressedBytes(valueAt: number): number {
  const first = dump[valueAt + 1] ?? 0;
  return first < 64 ? first : ((first & 63) << 8) | (dump[valueAt + 2] ?? 0);
}

for (const [title, bytes, length] of [
  ['a literal beyond the end', [5, 1, 2], 6],
  ['a reference before the beginning', [0, 1, 0x20, 1], 4],
  ['a reference without its distance', [0, 1, 0x20], 4],
  ['a long reference without its length', [0, 1, 0xe0], 4],
  ['less than the length', [0, 1], 2],
  ['more than the length', [1, 1, 2], 1],
  ['a reference beyond the length', [0, 1, 0x20, 0], 3],
  ['nothing where something should be', [], 1],
  ['more than it can ever hold', [0, 1], 1_000_000_000],
] as const) {
  test(`${title} is damage`, (t) => {
    t.throws(() => decodeLzf(Buffer.from(bytes), length), { instanceOf: RdbFormatError });
  });
}

test('any bytes expand as the definition says, or not at all', (t) => {
  const random = new SeededRandom('lzf fuzz');
  let expanded = 0;
  for (let round = 0; round < 3000; round++) {
    const bytes = someLzf(random);
    const sound = lengthOf(bytes);
    if (random.chance(50)) bytes[random.below(bytes.length)] = random.below(256);
    const length = random.chance(80) ? sound : random.below(2 * sound);
    const expected = expandByDefinition(bytes, length);
    if (expected === null) {
      t.throws(
        () => decodeLzf(bytes, length),
        { instanceOf: RdbFormatError },
        bytes.toString('hex'),
      );
    } else {
      t.deepEqual(decodeLzf(bytes, length), expected, bytes.toString('hex'));
      expanded++;
    }
  }
  t.true(expanded > 1000 && expanded < 2500, String(expanded));
});

/** A literal, and then references and literals, none of them damaged. */
function someLzf(random: SeededRandom): Buffer {
  const parts = [Buffer.from([9]), random.bytes(10)];
  for (let n = random.below(6); n > 0; n--) {
    const distance = random.below(10);
    const kind = random.below(3);
    if (kind === 0) parts.push(Buffer.from([2]), random.bytes(3));
    if (kind === 1) parts.push(Buffer.from([random.between(1, 6) << 5, distance]));
    if (kind === 2) parts.push(Buffer.from([0xe0, random.below(60), distance]));
  }
  return Buffer.concat(parts);
}

/** What undamaged bytes expand to. */
function lengthOf(bytes: Uint8Array): number {
  for (let length = 10; ; length++) {
    if (expandByDefinition(bytes, length) !== null) return length;
  }
}
