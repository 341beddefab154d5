// Damage inside of values whose length is right: compressed strings, intsets, listpacks, ziplists and scores,
// with a right checksum or without one. test/live/hostile-values.test.ts asks a real server the same.
import test from 'ava';
import { FileExaminer } from '../../../src/persistence/examine/examine-file.js';
import { judgeFile } from '../../../src/persistence/examine/judge-file.js';
import type { Verdict } from '../../../src/persistence/examine/verdict.js';
import { crc64 } from '../../../src/persistence/rdb/crc64.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { cut } from '../../delta/run-delta.js';
import { readDamagedDump } from './rdb-corpus.js';

async function judge(dump: Buffer, pieceBytes = dump.length): Promise<Verdict> {
  const examiner = new FileExaminer('dump', dump.length, uninterrupted);
  for (const piece of cut(dump, pieceBytes)) await examiner.push(piece);
  return judgeFile(await examiner.finish());
}

/** A dump of one key, without a checksum or with the right one. */
function dumpOf(type: number, value: readonly number[], isSealed: boolean): Buffer {
  const head = [...Buffer.from('REDIS0010'), type, 1, 0x6b];
  const bytes = Buffer.from([...head, ...value, 0xff]);
  const seal = Buffer.alloc(8);
  if (isSealed) seal.writeBigUInt64LE(crc64(bytes));
  return Buffer.concat([bytes, seal]);
}

const string = (bytes: readonly number[]): number[] => [bytes.length, ...bytes];
const intset = (...values: number[]): number[] =>
  string([2, 0, 0, 0, values.length, 0, 0, 0, ...values.flatMap((value) => [value, 0])]);
const listpack = (count: number, ...entries: number[]): number[] =>
  string([entries.length + 7, 0, 0, 0, count, 0, ...entries, 0xff]);
const ziplist = (count: number, tail: number, ...entries: number[]): number[] =>
  string([entries.length + 11, 0, 0, 0, tail, 0, 0, 0, count, 0, ...entries, 0xff]);
const lzf = (length: number, ...body: number[]): number[] => [0xc3, body.length, length, ...body];

const CASES: readonly (readonly [string, number, readonly number[], Verdict['kind']])[] = [
  ['an intset', 11, intset(1, 2, 3), 'whole'],
  ['an intset out of order', 11, intset(1, 3, 2), 'damaged'],
  ['an intset with a number twice', 11, intset(1, 2, 2), 'damaged'],
  ['an empty intset', 11, intset(), 'broken'],
  ['an intset of an unknown width', 11, string([3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]), 'broken'],
  ['an intset of another count', 11, string([2, 0, 0, 0, 9, 0, 0, 0, 1, 0]), 'broken'],
  ['an intset with a count near 2^32', 11, string([2, 0, 0, 0, 255, 255, 255, 255]), 'broken'],
  ['a number in the place of an intset', 11, [0xc0, 5], 'broken'],
  ['a listpack', 16, listpack(2, 0x81, 0x66, 2, 5, 1), 'whole'],
  ['a listpack with a wrong backlen', 16, listpack(2, 0x81, 0x66, 3, 5, 1), 'damaged'],
  ['a listpack of another count', 16, listpack(4, 0x81, 0x66, 2, 5, 1), 'damaged'],
  ['a listpack that says it is empty', 16, listpack(0, 0x81, 0x66, 2, 5, 1), 'broken'],
  ['a listpack with a field without a value', 16, listpack(1, 5, 1), 'damaged'],
  ['a listpack with an unknown entry', 16, listpack(2, 5, 1, 0xf6, 1), 'damaged'],
  ['a listpack with an entry beyond its end', 16, listpack(1, 0xf0, 255, 255, 255, 255), 'damaged'],
  ['a listpack of another length', 16, string([9, 0, 0, 0, 0, 0, 0xff]), 'broken'],
  ['a listpack without an end', 16, string([7, 0, 0, 0, 0, 0, 0]), 'broken'],
  ['a listpack in a list', 18, [1, 2, ...listpack(1, 5, 2)], 'damaged'],
  ['a plain node of a list', 18, [1, 1, 3, 1, 2, 3], 'whole'],
  ['a list in an unknown container', 18, [1, 3, 3, 1, 2, 3], 'broken'],
  ['a ziplist', 10, ziplist(2, 13, 0, 1, 0x61, 3, 0xf2), 'whole'],
  ['a ziplist with a wrong previous length', 10, ziplist(2, 13, 0, 1, 0x61, 4, 0xf2), 'broken'],
  ['a ziplist with a wrong tail', 10, ziplist(2, 10, 0, 1, 0x61, 3, 0xf2), 'broken'],
  ['a ziplist of another count', 10, ziplist(3, 13, 0, 1, 0x61, 3, 0xf2), 'broken'],
  ['a ziplist with an unknown entry', 10, ziplist(1, 10, 0, 0xff), 'broken'],
  ['a hash in a ziplist without a value', 13, ziplist(1, 10, 0, 0xf2), 'broken'],
  ['a node of ziplists', 14, [1, ...ziplist(1, 11, 0, 0xf2)], 'broken'],
  ['a compressed string', 0, lzf(5, 0, 0x61, 0x40, 0), 'whole'],
  ['a compressed string of another length', 0, lzf(6, 0, 0x61, 0x40, 0), 'broken'],
  ['a compressed string of no length', 0, lzf(0, 4, 0x61), 'whole'],
  ['a compressed string that refers to nothing', 0, lzf(5, 0, 0x61, 0x40, 1), 'broken'],
  ['a compressed string that ends early', 0, lzf(5, 4, 0x61), 'broken'],
  ['a compressed member of a set', 2, [2, 1, 0x61, ...lzf(5, 0, 0x61, 0x40, 1)], 'broken'],
  ['a compressed intset', 11, lzf(10, 9, 2, 0, 0, 0, 1, 0, 0, 0, 7, 0), 'whole'],
  ['a compressed intset of another count', 11, lzf(10, 9, 2, 0, 0, 0, 2, 0, 0, 0, 7, 0), 'broken'],
  ['a score', 5, [1, 1, 0x61, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], 'whole'],
  ['a score that is not a number', 5, [1, 1, 0x61, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], 'broken'],
  ['a score as text', 3, [1, 1, 0x61, 4, ...Buffer.from('-1e3')], 'whole'],
  ['an infinite score', 3, [1, 1, 0x61, 254], 'whole'],
  ['a score as text that is not a number', 3, [1, 1, 0x61, 253], 'broken'],
  ['a score that is no number', 3, [1, 1, 0x61, 2, 0x2d, 0x78], 'broken'],
];

for (const [name, type, value, kind] of CASES) {
  test(`${name}: ${kind}`, async (t) => {
    for (const isSealed of [true, false]) {
      const dump = dumpOf(type, value, isSealed);
      for (const pieceBytes of [1, 3, dump.length]) {
        t.is((await judge(dump, pieceBytes)).kind, kind, `pieces of ${pieceBytes}`);
      }
    }
  });
}

test('what a server saved without a checksum, and one bit flipped', async (t) => {
  for (const name of ['nosum-intset', 'nosum-listpack', 'nosum-lzf']) {
    t.is((await judge(readDamagedDump(name))).kind, 'broken', name);
  }
});

test('a string that is too long is not looked into, and counted', async (t) => {
  const long = Buffer.alloc(70_000, 0x61);
  const length = [0x80, 0, 1, 0x11, 0x70];
  const dump = dumpOf(11, [...length, ...long], true);
  const examiner = new FileExaminer('dump', dump.length, uninterrupted);
  await examiner.push(dump);
  const found = await examiner.finish();
  t.is(found.rdb?.faults.skippedValues, 1);
  t.is(judgeFile(found).kind, 'whole');
});
