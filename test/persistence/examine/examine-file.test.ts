// What is found in dumps and AOF files while their bytes pass by, and how it is judged.
import test from 'ava';
import {
  type ExaminedKind,
  type FileExamination,
  FileExaminer,
} from '../../../src/persistence/examine/examine-file.js';
import { ExamineThread } from '../../../src/persistence/examine/examine-thread.js';
import { Examiners } from '../../../src/persistence/examine/examiners.js';
import { judgeFile } from '../../../src/persistence/examine/judge-file.js';
import { crc64 } from '../../../src/persistence/rdb/crc64.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { cut } from '../../delta/run-delta.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';

async function examine(
  kind: ExaminedKind,
  bytes: Uint8Array,
  pieceBytes = Math.max(1, bytes.length),
): Promise<FileExamination> {
  const examiner = new FileExaminer(kind, bytes.length, uninterrupted);
  for (const piece of cut(bytes, pieceBytes)) await examiner.push(piece);
  return examiner.finish();
}

const DUMP = sealed(
  writeRdb(
    [
      { database: 0, key: 'a', value: { type: 'string', text: 'x'.repeat(500) } },
      { database: 3, key: 'b', value: { type: 'set', members: ['1', '2'] }, expiresAtMs: 9e12 },
    ],
    { 'redis-ver': '7.0.15', ctime: '1700000000' },
  ),
);
const PING = Buffer.from('*1\r\n$4\r\nPING\r\n');
const SET = Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n');
const MULTI = Buffer.from('*1\r\n$5\r\nMULTI\r\n');

/** The dump, with its checksum instead of none. */
function sealed(dump: Buffer): Buffer {
  const copy = Buffer.from(dump);
  copy.writeBigUInt64LE(crc64(dump.subarray(0, -8)), dump.length - 8);
  return copy;
}

for (const pieceBytes of [1, 3, 7, 100, 10_000]) {
  test(`a dump, a log and a log behind a dump, in pieces of ${pieceBytes}`, async (t) => {
    const dump = await examine('dump', DUMP, pieceBytes);
    t.is(dump.rdb?.keys, 2);
    t.is(dump.rdb?.expiringKeys, 1);
    t.is(dump.rdb?.checksum, 'ok');
    t.is(dump.aof, null);
    const log = await examine('log', Buffer.concat([SET, PING]), pieceBytes);
    t.is(log.rdb, null);
    t.is(log.aof?.commands, 2);
    const both = await examine('log', Buffer.concat([DUMP, SET, PING, MULTI]), pieceBytes);
    t.is(both.rdb?.keys, 2);
    t.is(both.aof?.commands, 3);
    t.is(both.aof?.wholeBytes, DUMP.length + SET.length + PING.length);
    for (const whole of [dump, log]) t.deepEqual(judgeFile(whole), { kind: 'whole' });
    t.is(judgeFile(both).kind, 'cut');
  });
}

test('a log that is a dump alone is whole', async (t) => {
  const found = await examine('log', DUMP, 64);
  t.is(found.rdb?.end.kind, 'complete');
  t.deepEqual(judgeFile(found), { kind: 'whole' });
});

test('an empty log is whole, an empty dump is not', async (t) => {
  t.deepEqual(judgeFile(await examine('log', Buffer.alloc(0))), { kind: 'whole' });
  t.is(judgeFile(await examine('dump', Buffer.alloc(0))).kind, 'broken');
});

test('a dump cut anywhere is broken, and so is one with a flipped bit', async (t) => {
  for (let length = 0; length < DUMP.length; length += 1) {
    const verdict = judgeFile(await examine('dump', DUMP.subarray(0, length)));
    t.is(verdict.kind, 'broken', `${length} bytes`);
  }
  for (let at = 9; at < DUMP.length; at += 1) {
    const flipped = Buffer.from(DUMP);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    const verdict = judgeFile(await examine('dump', flipped));
    t.not(verdict.kind, 'whole', `byte ${at}`);
  }
});

test('a dump without a checksum is whole', async (t) => {
  const dump = Buffer.from(DUMP);
  dump.fill(0, dump.length - 8);
  t.deepEqual(judgeFile(await examine('dump', dump)), { kind: 'whole' });
});

test('an unknown type is told apart from damage', async (t) => {
  const dump = Buffer.concat([
    Buffer.from('REDIS0014'),
    Buffer.from([0xfe, 0, 30, 1, 0x61]),
    Buffer.from('whatever follows'),
    Buffer.from([0xff]),
    Buffer.alloc(8),
  ]);
  const verdict = judgeFile(await examine('dump', sealed(dump)));
  t.is(verdict.kind, 'unknown');
});

test('a file that is compressed as a whole is named for what it is', async (t) => {
  const body = Buffer.alloc(5000, 7);
  for (const [head, kind, what] of [
    [
      '56435301010001',
      'unknown',
      /^it is compressed as a whole \(LZ4, by Valkey\).*rdbcompression yes/,
    ],
    ['564b4353010100', 'unknown', /\(LZ4, by Valkey\)/],
    [
      '04224d18644070',
      'broken',
      /^it is compressed as a whole \(LZ4\).*costs as much as a full copy/,
    ],
    ['1f8b080000000000', 'broken', /\(gzip\)/],
    ['28b52ffd0458', 'broken', /\(zstd\)/],
    ['fd377a585a00', 'broken', /\(xz\)/],
    ['425a683931415926', 'broken', /\(bzip2\)/],
  ] as const) {
    const file = Buffer.concat([Buffer.from(head, 'hex'), body]);
    for (const pieceBytes of [1, 5, 10_000]) {
      for (const expected of ['dump', 'log'] as const) {
        const verdict = judgeFile(await examine(expected, file, pieceBytes));
        t.is(verdict.kind, kind, head);
        t.regex(verdict.kind === 'whole' ? '' : verdict.why, what);
      }
    }
  }
  const other = judgeFile(await examine('dump', Buffer.from('VCS, a list of videos')));
  t.deepEqual(other, { kind: 'broken', why: 'found no RDB header at byte 0' });
});

test('bytes that are not a command break a log', async (t) => {
  const verdict = judgeFile(await examine('log', Buffer.concat([SET, Buffer.from('junk')])));
  t.is(verdict.kind, 'broken');
});

test('another thread finds the same in one file after another, whatever became of the one before', async (t) => {
  const thread = new ExamineThread();
  t.teardown(() => thread.close());
  const log = Buffer.concat([DUMP, SET, PING, MULTI]);
  const files = [
    ['dump', DUMP],
    ['log', log],
    ['dump', DUMP.subarray(0, -20)],
    ['log', Buffer.alloc(0)],
  ] as const;
  for (const [kind, bytes] of files) {
    const givenUp = await thread.begin('log', 1 << 20);
    await givenUp.push(log);
    const examiner = await thread.begin(kind, bytes.length);
    for (const piece of cut(bytes, 50)) await examiner.push(piece);
    t.deepEqual(await examiner.finish(), await examine(kind, bytes));
  }
});

test('pieces longer than the memory that the threads share arrive whole', async (t) => {
  const thread = new ExamineThread();
  t.teardown(() => thread.close());
  const bytes = Buffer.concat(Array.from({ length: 200_000 }, () => SET));
  const examiner = await thread.begin('log', bytes.length);
  await examiner.push(bytes);
  const { aof } = await examiner.finish();
  t.is(aof?.commands, 200_000);
  t.is(aof?.wholeBytes, bytes.length);
});

test('a thread that is ended fails what is still asked of it', async (t) => {
  const thread = new ExamineThread();
  const examiner = await thread.begin('log', SET.length);
  await thread.close();
  await t.throwsAsync(examiner.finish(), { message: 'a thread ended before its work was done' });
});

test('small files are examined on this thread, large ones on another', async (t) => {
  const examiners = new Examiners(uninterrupted);
  t.teardown(() => examiners.close());
  const small = await examiners.begin('log', 1000);
  t.true(small instanceof FileExaminer, small.constructor.name);
  const large = await examiners.begin('log', 100 << 20);
  t.false(large instanceof FileExaminer, large.constructor.name);
});

for (const pieceBytes of [1, 8, 9, 10, 10_000]) {
  test(`the first bytes of an unknown file say whether it is a dump, in pieces of ${pieceBytes}`, async (t) => {
    const examiners = new Examiners(uninterrupted);
    t.teardown(async () => examiners.close());
    const find = async (bytes: Buffer): Promise<FileExamination | null> => {
      const examiner = examiners.beginUnknown(bytes.length);
      for (const piece of cut(bytes, pieceBytes)) await examiner.push(piece);
      return examiner.finish();
    };
    t.deepEqual(await find(DUMP), await examine('dump', DUMP));
    t.is((await find(DUMP.subarray(0, 30)))?.rdb?.end.kind, 'stopped');
    t.is((await find(DUMP.subarray(0, 9)))?.rdb?.end.kind, 'stopped');
    const others = ['', 'REDIS', 'REDIS001', 'REDISTRIBUTION of wealth', 'VALKEY of the shadow'];
    for (const text of others) t.is(await find(Buffer.from(text)), null, text);
    t.is(await find(SET), null);
  });
}
