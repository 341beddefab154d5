// Damage inside of values whose length is right, and names that are there twice, with a right checksum or without one.
// test/live/hostile-values.test.ts and hostile-dumps.test.ts ask a real server the same.
import test from 'ava';
import { FileExaminer } from '../../../src/persistence/examine/examine-file.js';
import { judgeFile } from '../../../src/persistence/examine/judge-file.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { HOSTILE_DUMPS } from '../../support/redis/data/hostile/hostile-dumps.js';
import { HOSTILE_VALUES } from '../../support/redis/data/hostile/hostile-values.js';
import { dumpOf, dumpOfEntries, judgeDump } from '../../support/redis/data/hostile/judge-value.js';
import { NEWER_VALUES, VERSION_12_VALUES } from '../../support/redis/data/hostile/newer-values.js';
import { readDamagedDump } from './rdb-corpus.js';

for (const value of [...HOSTILE_VALUES, ...NEWER_VALUES]) {
  test(`${value.name}: ${value.verdict}`, async (t) => {
    for (const isSealed of [true, false]) {
      const dump = dumpOf(value, isSealed);
      for (const pieceBytes of [1, 3, dump.length]) {
        const { kind } = await judgeDump(dump, { pieceBytes });
        t.is(kind, value.verdict, `pieces of ${pieceBytes}`);
      }
    }
  });
}

for (const value of VERSION_12_VALUES) {
  test(`${value.name}: ${value.verdict}`, async (t) => {
    t.is((await judgeDump(dumpOf(value, false, 12))).kind, value.verdict);
  });
}

for (const { name, entries, verdict } of HOSTILE_DUMPS) {
  test(`a dump with ${name}: ${verdict}`, async (t) => {
    for (const isSealed of [true, false]) {
      const dump = dumpOfEntries(entries, isSealed);
      for (const pieceBytes of [7, dump.length]) {
        t.is((await judgeDump(dump, { pieceBytes })).kind, verdict, `pieces of ${pieceBytes}`);
      }
    }
  });
}

test('a table of at least 100 hostile values', (t) => {
  t.true(HOSTILE_VALUES.length >= 100);
});

test('what a server saved without a checksum, and one bit flipped', async (t) => {
  for (const name of ['nosum-intset', 'nosum-listpack', 'nosum-lzf', 'duplicate-key']) {
    t.is((await judgeDump(readDamagedDump(name))).kind, 'broken', name);
  }
});

test('the bytes that follow the end of a dump are a remark, since a server loads it', async (t) => {
  const dump = dumpOfEntries([0, 1, 0x6b, 1, 0x76]);
  t.is((await judgeDump(Buffer.concat([dump, Buffer.alloc(4096)]))).kind, 'followed');
  const broken = dumpOf({ type: 11, bytes: [0xc0, 5] });
  t.is((await judgeDump(Buffer.concat([broken, Buffer.alloc(4096)]))).kind, 'broken');
});

test('a packed value that is too long is not looked into, and counted', async (t) => {
  const bytes = 2 * 1024 * 1024;
  const value = [0x80, 0, 0x20, 0, 0, ...Buffer.alloc(bytes, 0x61)];
  const dump = dumpOf({ type: 11, bytes: value });
  const examiner = new FileExaminer('dump', dump.length, uninterrupted);
  await examiner.push(dump);
  const found = await examiner.finish();
  t.is(judgeFile(found).kind, 'whole');
  t.like(found.rdb?.faults, { skippedValues: 1, skippedKeys: 0 });
});
