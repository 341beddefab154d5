// Where a walk ends early: truncated files, hostile lengths, unknown types and opcodes. The walk says why
// and where, and before that place it finds what a whole walk finds.
import { readFileSync } from 'node:fs';

import test from 'ava';

import { fixturePath } from '../../support/program/project-paths.js';
import { SparseReader } from '../../delta/sparse-reader.js';
import { readAnnotatedRdbs } from './annotated-hex.js';
import { findInBytes, findInPieces, findInReader } from './found-records.js';

const small = readFileSync(fixturePath('rdb', 'made-by-redis', '7.0-least-frequently-used.rdb'));

for (const { name, bytes } of [
  { name: 'a dump of redis 7.0', bytes: small },
  ...readAnnotatedRdbs(),
]) {
  test(`${name}, cut off at every byte, is truncated there`, async (t) => {
    const { records } = await findInBytes(bytes);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const found = await findInBytes(cut);
      const { end } = found.walk;
      t.like(end, { kind: 'stopped', reason: 'truncated', stoppedAt: length });
      const entryAt = end.kind === 'stopped' ? end.entryAt : Number.NaN;
      t.true(entryAt <= length, `${entryAt}, ${length}`);
      const whole = records.filter(({ endAt }) => endAt <= length);
      t.deepEqual(found.records, whole);
      t.deepEqual(
        whole.filter(({ endAt }) => endAt > entryAt),
        [],
      );
      t.is(found.walk.checksum, 'unverified');
      t.deepEqual(await findInPieces(cut, [1, 5]), found);
    }
  });
}

test('an empty file and the beginning of a header are truncated, anything else is no RDB', async (t) => {
  for (const text of ['', 'R', 'REDIS', 'REDIS001', 'VALK', 'VALKEY08']) {
    const { end } = (await findInBytes(Buffer.from(text))).walk;
    t.like(end, { kind: 'stopped', reason: 'truncated', stoppedAt: text.length, entryAt: 0 });
  }
  for (const text of [
    'X',
    'REDIX',
    '*1\r\n$4\r\nPING\r\n',
    'REDIS00x0',
    'VALKEY08\n',
    'REDISVALKEY',
  ]) {
    const { walk } = await findInBytes(Buffer.from(text));
    t.like(walk.end, { kind: 'stopped', reason: 'not-an-rdb', stoppedAt: 0 });
    t.is(walk.format, null);
    t.like(await findInPieces(Buffer.from(text), [1]), { walk: { end: walk.end } });
  }
});

test('unknown versions stop the walk at once', async (t) => {
  for (const [header, version] of [
    ['REDIS0016', 16],
    ['REDIS0000', 0],
    ['REDIS0080', 80],
    ['VALKEY011', 11],
    ['VALKEY082', 82],
  ] as const) {
    const { walk } = await findInBytes(Buffer.concat([Buffer.from(header), small.subarray(9)]));
    t.like(walk.end, { kind: 'stopped', reason: 'unknown-version', stoppedAt: 0, entryAt: 0 });
    t.regex(
      walk.end.kind === 'stopped' ? walk.end.message : '',
      new RegExp(`version ${version} at `),
    );
    t.is(walk.keys, 0);
  }
});

/** One key, and then bytes that the walk must not understand. */
async function endAfterKey(header: string, ...bytes: readonly (number | string)[]) {
  const key = Buffer.from([0xfe, 0, 0, 1, 0x6b, 1, 0x76]);
  const rest = bytes.map((one) =>
    typeof one === 'number' ? Buffer.from([one]) : Buffer.from(one),
  );
  const file = Buffer.concat([Buffer.from(header), key, ...rest]);
  const found = await findInBytes(file);
  const inPieces = await findInPieces(file, [1]);
  const padded = Buffer.concat([file, Buffer.alloc(300_000)]);
  const { walk } = await findInBytes(padded);
  return { found, inPieces, padded: walk.end };
}

const AFTER_KEY = 16;
const REDIS = 'REDIS0012';
const OLD = 'REDIS0011';
const VALKEY = 'VALKEY081';

for (const [title, reason, at, header, bytes] of [
  ['type 6, of modules before 4.0', 'unknown-type', 0, REDIS, [6]],
  ['type 8', 'unknown-type', 0, REDIS, [8]],
  ['type 26 where streams know no entry yet', 'unknown-type', 0, REDIS, [26]],
  ['type 27 where no id is given back yet', 'unknown-type', 0, 'REDIS0013', [27]],
  ['type 28 where there are no arrays yet', 'unknown-type', 0, 'REDIS0013', [28]],
  ['type 29, which stands in no dump', 'unknown-type', 0, 'REDIS0015', [29]],
  ['type 33', 'unknown-type', 0, 'REDIS0015', [33]],
  ['type 30 where hashes have no template yet', 'unknown-type', 0, 'REDIS0014', [30]],
  ['a hash whose template is missing', 'unknown-template', 3, 'REDIS0015', [32, 1, 'k', 9, 1, 'v']],
  ['an item that arrays do not have', 'bad-array-item', 6, 'REDIS0015', [28, 1, 'k', 1, 0, 0, 4]],
  ['type 100', 'unknown-type', 0, REDIS, [100]],
  ['type 22 where hashes have no expiry yet', 'unknown-type', 0, OLD, [22]],
  ['type 24 where hashes have no expiry yet', 'unknown-type', 0, OLD, [24]],
  ['type 23 of Valkey', 'unknown-type', 0, VALKEY, [23]],
  ['type 24 in a file of Valkey', 'unknown-type', 0, VALKEY, [24]],
  ['an unknown type behind an expiry', 'unknown-type', 5, REDIS, [253, 1, 2, 3, 4, 26]],
  ['opcode 246 where there are no functions yet', 'unknown-opcode', 0, 'REDIS0009', [246]],
  ['opcode 243 where keys have no metadata yet', 'unknown-opcode', 0, REDIS, [243]],
  ['opcode 242 where hashes have no template yet', 'unknown-opcode', 0, 'REDIS0014', [242]],
  ['opcode 242 of Valkey', 'unknown-opcode', 0, VALKEY, [242]],
  ['a key in an unknown encoding', 'bad-string', 1, REDIS, [0, 0xc4]],
  ['a value in an unknown encoding', 'bad-string', 3, REDIS, [0, 1, 'k', 0xff]],
  ['a length in an unknown encoding', 'bad-length', 3, REDIS, [0, 1, 'k', 0x82]],
  [
    'a length beyond all files',
    'too-long',
    3,
    REDIS,
    [0, 1, 'k', 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  ],
  ['a count beyond all files', 'too-long', 3, REDIS, [4, 1, 'k', 0x81, 0x80, 0, 0, 0, 0, 0, 0, 0]],
  [
    'a list node that is neither plain nor packed',
    'bad-container',
    4,
    REDIS,
    [18, 1, 'k', 1, 3, 0],
  ],
  ['an item that modules do not have', 'bad-module-item', 4, REDIS, [7, 1, 'k', 5, 6]],
  ['module data without its place', 'bad-module-aux', 2, REDIS, [247, 5, 1, 0]],
  ['a database that no server has', 'bad-database', 1, REDIS, [254, 0x80, 0x80, 0, 0, 0]],
] as const) {
  test(`${title} stops the walk`, async (t) => {
    const { found, inPieces, padded } = await endAfterKey(header, ...bytes);
    const { walk, records } = found;
    const stop = { kind: 'stopped', reason, stoppedAt: AFTER_KEY + at, entryAt: AFTER_KEY };
    t.like(walk.end, stop);
    t.like(padded, stop);
    t.deepEqual(inPieces, found);
    t.is(records.length, 1);
    t.is(records[0]?.endAt, AFTER_KEY);
    t.regex(walk.end.kind === 'stopped' ? walk.end.message : '', /^found .+ at byte \d+$/);
  });
}

test('a length beyond the end of the file is a truncated file, however long', async (t) => {
  for (const length of [
    [0x81, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00],
    [0x80, 0xff, 0xff, 0xff, 0xff],
    [0x7f, 0xff],
    [63],
  ]) {
    const { found, inPieces } = await endAfterKey(REDIS, 0, 1, 'k', ...length);
    const size = AFTER_KEY + 3 + length.length;
    t.like(found.walk.end, { reason: 'truncated', stoppedAt: size, entryAt: AFTER_KEY });
    t.deepEqual(inPieces, found);
  }
});

test('counts without elements end with the file', async (t) => {
  const most = [0x81, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  for (const bytes of [
    [1, 1, 'k', ...most],
    [4, 1, 'k', ...most],
    [5, 1, 'k', ...most],
    [24, 1, 'k', 0, 0, 0, 0, 0, 0, 0, 0, ...most],
    [15, 1, 'k', ...most],
    [15, 1, 'k', 0, 0, 0, 0, ...most],
    [15, 1, 'k', 0, 0, 0, 0, 1, 1, 'g', 0, 0, ...most],
  ]) {
    const { found, padded } = await endAfterKey(REDIS, ...bytes);
    t.like(found.walk.end, { reason: 'truncated' });
    t.like(padded, { reason: 'truncated' });
  }
});

test('of very many databases the first are counted one by one, and the others together', async (t) => {
  const count = 20_000;
  const parts = [Buffer.from('REDIS0010')];
  for (let database = 0; database < count; database++) {
    const number = Buffer.from([0xfe, 0x80, 0, 0, 0, 0, 0, 1, 0x6b, 1, 0x76]);
    number.writeUInt32BE(database * 7919, 2);
    parts.push(number);
  }
  parts.push(Buffer.from([0xfd, 1, 2, 3, 4, 0, 1, 0x6c, 1, 0x76]));
  const { walk, records } = await findInBytes(
    Buffer.concat([...parts, Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 0])]),
  );
  t.is(walk.end.kind, 'complete');
  t.is(records.length, count + 1);
  t.deepEqual([walk.keys, walk.expiringKeys], [count + 1, 1]);
  t.is(walk.databases.length, 12_288);
  t.deepEqual(
    walk.databases.filter(({ keys }) => keys !== 1),
    [],
  );
  t.is(walk.databases[1]?.database, 7919);
});

test('when the walk has stopped, the checksum is looked for in all that follows', async (t) => {
  const rdb = readAnnotatedRdbs().find(({ name }) => name === 'redis-0012-field-expiry');
  const bytes = Buffer.from(rdb?.bytes ?? '');
  // As a version that does not have such types yet, it stops at the first of them.
  bytes.write('REDIS0011');
  const stopped = await findInBytes(bytes);
  t.like(stopped.walk.end, { reason: 'unknown-type', stoppedAt: 19 });
  t.is(stopped.walk.checksum, 'wrong');
  const { crc64 } = await import('../../../src/persistence/rdb/crc64.js');
  bytes.writeBigUInt64LE(crc64(bytes.subarray(0, -8)), bytes.length - 8);
  for (const length of [1, 7, 64, bytes.length]) {
    const { walk } = await findInPieces(bytes, [length]);
    t.is(walk.checksum, 'ok', `pieces of ${length}`);
    t.is(walk.end.kind, 'stopped');
  }
  t.is((await findInBytes(bytes)).walk.checksum, 'ok');
});

test('a value beyond 4 GiB is skipped without being read', async (t) => {
  const head = Buffer.concat([
    Buffer.from('REDIS0010'),
    Buffer.from([0xfe, 0, 0, 3, 0x62, 0x69, 0x67, 0x81, 0, 0, 0, 2, 0, 0, 0, 0]),
  ]);
  const bodyBytes = 2 ** 33;
  const tail = Buffer.from([4, 1, 0x68, 1, 1, 0x66, 1, 0x76, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
  const tailAt = head.length + bodyBytes;
  const reader = new SparseReader(tailAt + tail.length, [
    { at: 0, bytes: head },
    { at: tailAt, bytes: tail },
  ]);
  let reads = 0;
  const counting = {
    sizeBytes: reader.sizeBytes,
    read: (into: Uint8Array, position: number) => {
      reads++;
      return reader.read(into, position);
    },
  };
  const { walk, records } = await findInReader(counting, { verifyChecksum: false });
  t.deepEqual(walk.end, { kind: 'complete', sizeBytes: reader.sizeBytes, trailingBytes: 0 });
  t.deepEqual(
    records.map(({ recordAt, valueAt, endAt }) => [recordAt, valueAt, endAt]),
    [
      [11, 16, tailAt],
      [tailAt, tailAt + 3, tailAt + 8],
    ],
  );
  t.is(walk.databases[0]?.sizeBytes, bodyBytes + head.length - 11 + 8);
  t.true(reads <= 3, String(reads));
});
