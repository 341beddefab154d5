// A damaged dump never passes as sound, whatever the damage looks like: an unknown type, an unknown opcode,
// an old version without a checksum. Unknown is only what a whole, right checksum leaves.
import test from 'ava';
import { type ExaminedKind, FileExaminer } from '../../../src/persistence/examine/examine-file.js';
import { judgeFile } from '../../../src/persistence/examine/judge-file.js';
import type { Verdict } from '../../../src/persistence/examine/verdict.js';
import { crc64 } from '../../../src/persistence/rdb/crc64.js';
import { cut } from '../../delta/run-delta.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { damage, readDamagedDump, readSealedDumps } from './rdb-corpus.js';

const DAMAGES = 1350;
const CUTS = 270;
/** Verdicts that end a run with exit 3. */
const TOLD = ['broken', 'damaged', 'unchecked'];
const COMMANDS = Buffer.from('*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n');
const SEED = 'dump-damage';

const dumps = readSealedDumps();

async function judge(
  kind: ExaminedKind,
  bytes: Buffer,
  pieceBytes = Math.max(1, bytes.length),
): Promise<Verdict> {
  let checkpoints = 0;
  const examiner = new FileExaminer(kind, bytes.length, async () => {
    checkpoints += 1;
  });
  for (const piece of cut(bytes, pieceBytes)) await examiner.push(piece);
  const verdict = judgeFile(await examiner.finish());
  if (bytes.length > 9 && kind === 'dump' && checkpoints === 0) throw new Error('no checkpoint');
  return verdict;
}

function sealed(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeBigUInt64LE(crc64(bytes.subarray(0, -8)), bytes.length - 8);
  return copy;
}

/** A dump of one key of an unknown type, whose value holds many bytes that look like the end of a dump. */
function dumpOfUnknownType(): Buffer {
  const value = Buffer.alloc(3000, 0xff);
  value.fill(0, 1000, 1009);
  const head = Buffer.from([...Buffer.from('REDIS0014'), 0xfe, 0, 30, 1, 0x61]);
  return sealed(Buffer.concat([head, value, Buffer.from([0xff]), Buffer.alloc(8)]));
}

test('the corpus has dumps of Redis and Valkey, of all versions, and none is called damaged', async (t) => {
  const versions = new Set(dumps.map(({ bytes }) => bytes.toString('latin1', 0, 9)));
  for (const version of ['0006', '0007', '0008', '0009', '0010', '0011', '0012', '0013', '0015']) {
    t.true(versions.has(`REDIS${version}`), version);
  }
  t.true(versions.has('VALKEY080'));
  for (const { name, bytes } of dumps) {
    if (name.includes('damaged')) continue;
    for (const pieceBytes of [1, 7, 4096]) {
      t.regex((await judge('dump', bytes, pieceBytes)).kind, /^(?:whole|unknown)$/, name);
      const log = Buffer.concat([bytes, COMMANDS]);
      if (bytes.toString('latin1', 0, 5) === 'REDIS') {
        t.regex((await judge('log', log, pieceBytes)).kind, /^(?:whole|unknown)$/, name);
      }
    }
  }
});

test(`${DAMAGES} flips, inserts and zeroed sectors: each is told, in a dump and before the commands of an AOF`, async (t) => {
  const random = new SeededRandom(SEED);
  let done = 0;
  while (done < DAMAGES) {
    const { name, bytes } = random.pick(dumps);
    const damaged = damage(bytes, random);
    if (damaged.bytes.equals(bytes)) continue;
    done += 1;
    const what = `${name}: ${damaged.what}, seed ${SEED}`;
    t.true(TOLD.includes((await judge('dump', damaged.bytes)).kind), what);
    const log = Buffer.concat([damaged.bytes, COMMANDS]);
    t.true(TOLD.includes((await judge('log', log)).kind), `${what}, with commands`);
  }
});

test(`${CUTS} cuts: each is told`, async (t) => {
  const random = new SeededRandom(SEED);
  for (let done = 0; done < CUTS; done += 1) {
    const { name, bytes } = random.pick(dumps);
    const length = random.below(bytes.length);
    const part = bytes.subarray(0, length);
    t.is((await judge('dump', part)).kind, 'broken', `${name}, ${length} bytes`);
    if (length > 0) t.is((await judge('log', part)).kind, 'broken', `${name}, ${length} bytes`);
  }
});

test('every single bit of small dumps', async (t) => {
  const small = dumps.filter(({ bytes }) => bytes.length < 200);
  t.true(small.length >= 5);
  for (const { name, bytes } of small) {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      t.true(TOLD.includes((await judge('dump', flipped)).kind), `${name}, bit ${bit}`);
    }
  }
});

test('damage that looks like something unknown', async (t) => {
  t.is((await judge('dump', readDamagedDump('before-damage'))).kind, 'whole');
  for (const name of ['flip', 'insert', 'zero512']) {
    const verdict = await judge('dump', readDamagedDump(name));
    t.is(verdict.kind, 'broken', name);
    if (verdict.kind === 'broken') t.regex(verdict.why, /checksum/, name);
  }
});

test('something unknown is unknown while the checksum is right, in a dump and before commands', async (t) => {
  const dump = dumpOfUnknownType();
  const log = Buffer.concat([dump, COMMANDS]);
  const flipped = Buffer.from(dump);
  flipped[500] = 0;
  const junk = Buffer.concat([log, Buffer.from('junk')]);
  for (const pieceBytes of [1, 5, 9, 1000, 100_000]) {
    t.is((await judge('dump', dump, pieceBytes)).kind, 'unknown');
    t.is((await judge('log', dump, pieceBytes)).kind, 'unknown');
    t.is((await judge('log', log, pieceBytes)).kind, 'unknown');
    t.is((await judge('dump', log, pieceBytes)).kind, 'unknown');
    t.is((await judge('dump', flipped, pieceBytes)).kind, 'broken');
    t.is((await judge('log', Buffer.concat([flipped, COMMANDS]), pieceBytes)).kind, 'broken');
    t.is((await judge('log', junk, pieceBytes)).kind, 'broken');
    t.is((await judge('dump', junk, pieceBytes)).kind, 'unknown');
  }
});

test('something unknown without a checksum cannot be checked', async (t) => {
  const dump = dumpOfUnknownType();
  dump.fill(0, dump.length - 8);
  const old = Buffer.from([...Buffer.from('REDIS0003'), 0xfe, 0, 77, 1, 0x61, 1, 0x62, 0xff]);
  for (const pieceBytes of [1, 100_000]) {
    t.is((await judge('dump', dump, pieceBytes)).kind, 'unchecked');
    t.is((await judge('log', Buffer.concat([dump, COMMANDS]), pieceBytes)).kind, 'unchecked');
    t.is((await judge('dump', old, pieceBytes)).kind, 'unchecked');
  }
});

test('a dump that names an old version has its checksum behind its end', async (t) => {
  const dump = Buffer.from(dumps.find(({ bytes }) => bytes.includes('REDIS0011'))?.bytes ?? '');
  dump.write('REDIS0001');
  t.not((await judge('dump', dump)).kind, 'whole');
  const old = Buffer.from([...Buffer.from('REDIS0003'), 0xfe, 0, 0, 1, 0x61, 1, 0x62, 0xff]);
  t.is((await judge('dump', old)).kind, 'whole');
  for (const more of ['12345678', '*2345678', '#2345678', '\0', '*']) {
    const verdict = await judge('dump', Buffer.concat([old, Buffer.from(more)]));
    t.is(verdict.kind, 'unchecked', more);
  }
});
