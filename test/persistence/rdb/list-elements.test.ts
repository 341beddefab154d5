// The elements of a record: each is found at its place, with a hash that depends only on its name.
import { readFileSync } from 'node:fs';

import test from 'ava';

import { decodeRdbString } from '../../../src/persistence/rdb/decode-string.js';
import { type RdbValue, listElements } from '../../../src/persistence/rdb/list-elements.js';
import type { RdbFormat } from '../../../src/persistence/rdb/rdb-format.js';
import { RdbFormatError } from '../../../src/persistence/rdb/rdb-format-error.js';
import type { ByteReader } from '../../../src/system/files/byte-reader.js';
import { SparseReader } from '../../delta/sparse-reader.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { readAnnotatedRdbs } from './annotated-hex.js';
import { type HashedRecord, findInBytes } from './found-records.js';
import { MemoryReader } from '../../support/files/memory-reader.js';

const REDIS: RdbFormat = { magic: 'REDIS', version: 12 };
const VALKEY: RdbFormat = { magic: 'VALKEY', version: 80 };

interface FoundElement {
  readonly elementAt: number;
  readonly endAt: number;
  readonly nameHash: bigint;
}

/** Null if the type has no elements. */
async function elementsOf(
  reader: ByteReader,
  format: RdbFormat,
  place: Omit<RdbValue, 'format'>,
): Promise<FoundElement[] | null> {
  const elements: FoundElement[] = [];
  const hasElements = await listElements(reader, { format, ...place }, async (batch) => {
    for (let row = 0; row < batch.count; row++) {
      elements.push({
        elementAt: batch.elementAt[row] ?? Number.NaN,
        endAt: batch.endAt[row] ?? Number.NaN,
        nameHash: batch.nameHash[row] ?? 0n,
      });
    }
    await Promise.resolve();
    batch.elementAt.fill(Number.NaN);
    batch.nameHash.fill(0n);
  });
  return hasElements ? elements : null;
}

/** The elements of a value that fills the bytes, as text: `6101` and so on. */
async function cut(format: RdbFormat, type: number, value: readonly number[]): Promise<string[]> {
  const bytes = Buffer.from(value);
  const place = { type, valueAt: 0, endAt: bytes.length };
  const elements = await elementsOf(new MemoryReader(bytes), format, place);
  return (elements ?? []).map(({ elementAt, endAt }) => bytes.toString('hex', elementAt, endAt));
}

const dumps = ['2', '3'].map((point) =>
  readFileSync(fixturePath('redis-data', '7.0-rdb-and-multipart-aof', point, 'dump.rdb')),
) as [Buffer, Buffer];

function named(bytes: Buffer, records: readonly HashedRecord[], name: string): HashedRecord {
  const found = records.find(
    ({ typeAt }) => decodeRdbString(bytes, typeAt + 1).value.toString() === name,
  );
  if (found === undefined) throw new Error(`no key ${name}`);
  return found;
}

test('every layout of elements is taken apart', async (t) => {
  t.deepEqual(await cut(REDIS, 1, [2, 1, 0x61, 0xc0, 5]), ['0161', 'c005']);
  t.deepEqual(await cut(REDIS, 2, [2, 1, 0x61, 0xc1, 5, 6]), ['0161', 'c10506']);
  t.deepEqual(await cut(REDIS, 3, [2, 1, 0x61, 3, 0x31, 0x2e, 0x35, 1, 0x62, 254]), [
    '016103312e35',
    '0162fe',
  ]);
  t.deepEqual(await cut(REDIS, 4, [2, 1, 0x61, 1, 0x62, 0, 0]), ['01610162', '0000']);
  t.deepEqual(await cut(REDIS, 5, [1, 1, 0x61, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]), [
    '0161000000000000f83f',
  ]);
  t.deepEqual(await cut(REDIS, 14, [1, 2, 0x61, 0x62]), ['026162']);
  t.deepEqual(await cut(REDIS, 18, [2, 1, 1, 0x61, 2, 1, 0x62]), ['010161', '020162']);
  t.deepEqual(await cut(REDIS, 22, [1, 0, 1, 0x61, 1, 0x62]), ['0001610162']);
  t.deepEqual(await cut(REDIS, 24, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0x61, 1, 0x62]), [
    '0001610162',
  ]);
  t.deepEqual(await cut(VALKEY, 22, [1, 1, 0x61, 1, 0x62, 0, 0, 0, 0, 0, 0, 0, 1]), [
    '016101620000000000000001',
  ]);
  t.deepEqual(await cut(REDIS, 2, [0]), []);
});

test('packed values, streams and modules have no elements', async (t) => {
  const place = { valueAt: 0, endAt: 2 };
  const reader = new MemoryReader(Buffer.from([1, 0x61]));
  for (const type of [0, 7, 9, 10, 11, 12, 13, 15, 16, 17, 19, 20, 21, 23, 25]) {
    t.is(await elementsOf(reader, REDIS, { type, ...place }), null, `type ${type}`);
  }
  t.is(await elementsOf(reader, VALKEY, { type: 24, ...place }), null);
});

test('the elements of every record fill its value', async (t) => {
  for (const bytes of [...dumps, ...readAnnotatedRdbs().map((rdb) => rdb.bytes)]) {
    const { walk, records } = await findInBytes(bytes);
    const format = walk.format ?? REDIS;
    for (const record of records) {
      const elements = await elementsOf(new MemoryReader(bytes), format, record);
      if (elements === null) continue;
      let end = elements[0]?.elementAt ?? record.endAt;
      t.true(end > record.valueAt && end <= record.valueAt + 17, `${end}, ${record.valueAt}`);
      for (const { elementAt, endAt } of elements) {
        t.is(elementAt, end);
        t.true(endAt > elementAt, `${endAt}, ${elementAt}`);
        end = endAt;
      }
      t.is(end, record.endAt);
    }
  }
});

test('members of a set are the same by their hashes in a dump of another order', async (t) => {
  const sets = await Promise.all(
    dumps.map(async (bytes) => {
      const { records } = await findInBytes(bytes);
      const record = named(bytes, records, 'large:set');
      const elements = (await elementsOf(new MemoryReader(bytes), REDIS, record)) ?? [];
      const texts = elements.map(({ elementAt }) =>
        decodeRdbString(bytes, elementAt).value.toString(),
      );
      return new Map(elements.map(({ nameHash }, index) => [nameHash, texts[index] ?? '']));
    }),
  );
  const [first, second] = sets as [Map<bigint, string>, Map<bigint, string>];
  t.true(first.size >= 190, String(first.size));
  const both = [...first].filter(([hash]) => second.has(hash));
  t.true(both.length > 150, String(both.length));
  for (const [hash, text] of both) t.is(second.get(hash), text);
  t.is(new Set(first.values()).size, first.size);
});

test('the hash of a field does not depend on its value', async (t) => {
  const hashOf = async (value: readonly number[]) => {
    const place = { type: 4, valueAt: 0, endAt: value.length };
    const elements = await elementsOf(new MemoryReader(Buffer.from(value)), REDIS, place);
    return elements?.map(({ nameHash }) => nameHash);
  };
  const one = await hashOf([2, 1, 0x61, 1, 0x62, 1, 0x63, 1, 0x64]);
  const other = await hashOf([2, 1, 0x63, 2, 0x65, 0x65, 1, 0x61, 0]);
  t.deepEqual(one, other?.toReversed());
  t.not(one?.[0], one?.[1]);
});

test('more elements than one batch or one piece holds are all found', async (t) => {
  const count = 50_000;
  const members = Array.from({ length: count }, (_, index) => `member ${index}`);
  const bytes = Buffer.concat([
    Buffer.from([0x80, 0, 0, count >> 8, count & 255]),
    ...members.map((member) => Buffer.concat([Buffer.from([member.length]), Buffer.from(member)])),
  ]);
  const place = { type: 2, valueAt: 0, endAt: bytes.length };
  const elements = await elementsOf(new MemoryReader(bytes), REDIS, place);
  t.deepEqual(
    elements?.map(({ elementAt }) => decodeRdbString(bytes, elementAt).value.toString()),
    members,
  );
  t.is(new Set(elements?.map(({ nameHash }) => nameHash)).size, count);
});

test('elements beyond 4 GiB are skipped', async (t) => {
  const head = Buffer.from([2, 1, 0x61, 0x81, 0, 0, 0, 2, 0, 0, 0, 0]);
  const tail = Buffer.from([1, 0x62, 1, 0x63]);
  const tailAt = head.length + 2 ** 33;
  const reader = new SparseReader(tailAt + tail.length, [
    { at: 0, bytes: head },
    { at: tailAt, bytes: tail },
  ]);
  const place = { type: 4, valueAt: 0, endAt: reader.sizeBytes };
  const elements = await elementsOf(reader, REDIS, place);
  t.deepEqual(
    elements?.map(({ elementAt, endAt }) => [elementAt, endAt]),
    [
      [1, tailAt],
      [tailAt, tailAt + 4],
    ],
  );
});

test('a value that is not what the walk found is refused', async (t) => {
  const refused = async (type: number, value: readonly number[]) => {
    await t.throwsAsync(cut(REDIS, type, value), { instanceOf: RdbFormatError }, value.join(' '));
  };
  await refused(2, []);
  await refused(2, [1]);
  await refused(2, [1, 1]);
  await refused(2, [1, 1, 0x61, 0]);
  await refused(2, [2, 1, 0x61]);
  await refused(2, [1, 0xc4]);
  await refused(2, [0x82]);
  await refused(2, [1, 5, 0x61]);
  await refused(4, [1, 1, 0x61]);
  await refused(18, [1, 3, 1, 0x61]);
  await refused(24, [0, 0]);
  await refused(2, [0x81, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x61]);
});
