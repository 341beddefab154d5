// Dumps of a server that was restarted: the same keys, fields and members in another order. A delta
// between two of them must cost what has changed and one COPY for each record, also in little memory. And
// it must be right whatever the files hold.
import test from 'ava';

import { type DiffOptions, diff } from '../../src/delta/diff.js';
import { patch } from '../../src/delta/patch.js';
import { type RdbKey, writeRdb } from '../support/redis/data/rdb-writer.js';
import { createRandom, randomBytesOf } from './random-bytes.js';
import { type DiffOutcome, Gathered, diffBuffers, patchBuffer } from './run-delta.js';
import { SparseReader } from './sparse-reader.js';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { MemoryReader } from '../support/files/memory-reader.js';

function shuffled<T>(items: readonly T[], random: (limit: number) => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/** The keys in the order in which a restarted server dumps them. */
function restarted(keys: readonly RdbKey[], seed: number): RdbKey[] {
  const random = createRandom(seed);
  return shuffled(keys, random).map((item) => {
    const { value } = item;
    if (value.type === 'hash') {
      return { ...item, value: { ...value, fields: shuffled(value.fields, random) } };
    }
    if (value.type === 'set') {
      return { ...item, value: { ...value, members: shuffled(value.members, random) } };
    }
    return item;
  });
}

/** Text that occurs nowhere else. */
function wordOf(seed: number, length: number): string {
  return randomBytesOf(seed, Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length);
}

function makeKeys(count: number): RdbKey[] {
  return Array.from({ length: count }, (_, index): RdbKey => {
    const key = `session:${index}`;
    const database = index % 10 === 0 ? 3 : 0;
    const text = `{"id":${index},"token":"${wordOf(index, 60)}","role":"reader"}`;
    if (index % 4 !== 3) return { database, key, value: { type: 'string', text } };
    const fields = ['id', 'city', 'email', 'comment'].map(
      (name) => [name, wordOf(index * 4 + name.length, 40)] as const,
    );
    return { database, key, value: { type: 'hash', fields } };
  });
}

async function diffProved(
  basis: Buffer,
  result: Buffer,
  options: DiffOptions = {},
): Promise<DiffOutcome> {
  const outcome = await diffBuffers(basis, result, options);
  if (!(await patchBuffer(basis, outcome.delta)).equals(result)) throw new Error('a wrong delta');
  return outcome;
}

const KEYS = 3000;
/** The index is not worth its time for less than this part of the basis: it stays literal. */
const NOT_WORTH = 1 / 256;
const keys = makeKeys(KEYS);

test('the same keys in another order cost a COPY a record, and the order of fields', async (t) => {
  const basis = writeRdb(restarted(keys, 2), { ctime: '1700000100' });
  const result = writeRdb(restarted(keys, 3), { ctime: '1700000000' });
  const outcome = await diffProved(basis, result);
  // A quarter are hashes, in which at most three fields begin a new COPY. Names of databases are literal.
  t.true(outcome.copyCount < KEYS * 1.75 + 100, `${outcome.copyCount} COPYs`);
  t.true(outcome.literalBytes < KEYS * 4, `${outcome.literalBytes} literal bytes`);
});

test('a changed value costs its change', async (t) => {
  const changed = keys.map((item, index): RdbKey => {
    if (index % 100 !== 0) return item;
    const text = `{"id":${index},"token":"${wordOf(index + KEYS, 60)}","role":"reader"}`;
    return { ...item, value: { type: 'string', text } };
  });
  const strings = keys.filter(({ value }) => value.type === 'string');
  const basis = writeRdb(restarted(changed, 2));
  const outcome = await diffProved(basis, writeRdb(restarted(strings, 3)));
  t.true(outcome.literalBytes < 100 * (KEYS / 100) + KEYS / 2, `${outcome.literalBytes} bytes`);
});

test('with memory for only some of the keys, the result is gone through several times', async (t) => {
  // 49152 records fit in the smallest index.
  const many = Array.from({ length: 130_000 }, (_, index): RdbKey => {
    const text = `${index * 7919}:some text that is long enough`;
    return { database: 0, key: `k${index}`, value: { type: 'string', text } };
  });
  const basis = writeRdb(restarted(many, 5));
  const result = writeRdb(restarted(many, 6));
  const roomy = await diffProved(basis, result);
  const narrow = await diffProved(basis, result, { memoryBytes: 1 << 20 });
  t.true(narrow.literalBytes < many.length / 5, `${narrow.literalBytes} literal bytes`);
  t.true(narrow.copyCount < roomy.copyCount * 1.01, `${narrow.copyCount}, ${roomy.copyCount}`);
});

test('the expiry of a key is part of its record, and the time of its last use is not', async (t) => {
  const used = (seed: number): RdbKey[] => {
    const random = createRandom(seed);
    return keys.map((item, index) => ({
      ...item,
      idleSeconds: random(100_000),
      ...(index % 2 === 0 ? { expiresAtMs: 1_800_000_000_000 + index } : {}),
    }));
  };
  const outcome = await diffProved(
    writeRdb(restarted(used(7), 8)),
    writeRdb(restarted(used(9), 10)),
  );
  // An idle time, and the expiry before it.
  t.true(outcome.literalBytes < KEYS * 20, `${outcome.literalBytes} literal bytes`);
});

test('a large hash is compared field by field, a large set member by member', async (t) => {
  const fields = Array.from(
    { length: 4000 },
    (_, index) => [`field:${index}`, `${index}:${wordOf(index, 50)}`] as const,
  );
  const members = Array.from({ length: 3000 }, (_, index) => `member-${wordOf(-index, 40)}`);
  const long = randomBytesOf(11, 100_000);
  const before: RdbKey[] = [
    ...keys.slice(0, 100),
    { database: 0, key: 'hash', value: { type: 'hash', fields: [...fields, ['long', long]] } },
    { database: 0, key: 'set', value: { type: 'set', members } },
  ];
  const changedLong = Buffer.concat([
    long.subarray(0, 50_000),
    Buffer.from('new'),
    long.subarray(50_100),
  ]);
  const after = before.map((item): RdbKey => {
    if (item.key !== 'hash') return item;
    return {
      ...item,
      value: { type: 'hash', fields: [...fields.slice(5), ['long', changedLong]] },
    };
  });
  const basis = writeRdb(restarted(after, 12));
  const outcome = await diffProved(basis, writeRdb(restarted(before, 13)));
  const most = 1500 + basis.length * NOT_WORTH;
  t.true(outcome.literalBytes < most, `${outcome.literalBytes} literal bytes`);
});

test('a long string that changed in some places costs those places', async (t) => {
  const text = randomBytesOf(14, 3_000_000);
  const changed = Buffer.concat([
    text.subarray(0, 1_000_000),
    randomBytesOf(15, 500),
    text.subarray(1_200_000),
  ]);
  const dump = (value: Buffer, seed: number): Buffer =>
    writeRdb(
      restarted(
        [...keys, { database: 0, key: 'blob', value: { type: 'string', text: value } }],
        seed,
      ),
    );
  const most = KEYS * 4 + text.length * NOT_WORTH;
  const shrunk = await diffProved(dump(text, 15), dump(changed, 16));
  t.true(shrunk.literalBytes < most + 600, `${shrunk.literalBytes} literal bytes`);
  const grown = await diffProved(dump(changed, 15), dump(text, 16));
  t.true(grown.literalBytes < most + 200_100, `${grown.literalBytes} literal bytes`);
});

test('content under renamed keys and behind the RDB is found too', async (t) => {
  const texts = Array.from({ length: 400 }, (_, index) => randomBytesOf(index, 1000));
  const named = (prefix: string): RdbKey[] =>
    texts.map((text, index) => ({
      database: 0,
      key: `${prefix}:${index}`,
      value: { type: 'string', text },
    }));
  const commands = randomBytesOf(17, 300_000);
  const behind = (dump: Buffer, tail: Buffer): Buffer => Buffer.concat([dump, tail]);
  const basis = behind(
    writeRdb(restarted([...named('new'), ...keys], 18)),
    Buffer.concat([Buffer.from('more'), commands]),
  );
  const result = behind(writeRdb(restarted([...named('old'), ...keys], 19)), commands);
  const outcome = await diffProved(basis, result);
  t.true(outcome.literalBytes < KEYS * 4 + 400 * 40, `${outcome.literalBytes} literal bytes`);
});

test('an RDB that is not understood to its end is compared like any file', async (t) => {
  const basis = writeRdb(restarted(keys, 20));
  const result = writeRdb(restarted(keys, 21));
  for (const at of [9, 5000, basis.length - 2000]) {
    const broken = Buffer.from(basis);
    broken.fill(0xee, at, at + 40);
    const forward = await diffProved(broken, result);
    t.true(forward.literalBytes < result.length / 3, `basis, ${at}: ${forward.literalBytes}`);
    const backward = await diffProved(result, broken);
    t.true(backward.literalBytes < result.length / 3, `result, ${at}: ${backward.literalBytes}`);
  }
});

test('records beyond 4 GiB are found, behind a value of that size', async (t) => {
  const zeros = 0x1_0000_1000;
  const texts = Array.from({ length: 60_000 }, (_, index) => wordOf(index, 300));
  const all = texts.map((text, index): RdbKey => ({
    database: 0,
    key: `session:${index}`,
    value: { type: 'string', text },
  }));
  const head = Buffer.concat([
    writeRdb([]).subarray(0, 9),
    Buffer.from('\0\u0005zeros'),
    Buffer.alloc(9, 0x81),
  ]);
  head.writeBigUInt64BE(BigInt(zeros), head.length - 8);
  const tail = writeRdb(restarted(all, 22)).subarray(9);
  const basis = new SparseReader(head.length + zeros + tail.length, [
    { at: 0, bytes: head },
    { at: head.length + zeros, bytes: tail },
  ]);
  const result = writeRdb(restarted(all, 23));
  const delta = new Gathered();
  const { literalBytes } = await diff(basis, new MemoryReader(result), delta.emit);
  t.true(literalBytes < result.length / 1000, `${literalBytes} literal bytes`);
  const rebuilt = new Gathered();
  await patch(basis, [delta.bytes], rebuilt.emit);
  t.is(bytesDifference(result, rebuilt.bytes), null);
});
