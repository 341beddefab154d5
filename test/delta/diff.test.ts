import test from 'ava';
import { diff } from '../../src/delta/diff.js';
import { patch } from '../../src/delta/patch.js';
import { InterruptedError } from '../../src/errors.js';
import { copy, deltaOf, literal } from '../support/delta/delta-bytes.js';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { MemoryReader } from '../support/files/memory-reader.js';
import { createRandom, randomBytesOf } from './random-bytes.js';
import { Gathered, diffBuffers, patchBuffer } from './run-delta.js';
import { SparseReader } from './sparse-reader.js';

function record(id: number, value: string): string {
  return `user:${id}:{"id":"${value}","name":"a name that all have","role":"administrator of everything"}`;
}

const MIB = 1024 * 1024;
const noise = randomBytesOf(1, 3 * MIB);
const head = noise.subarray(0, MIB);
const tail = noise.subarray(MIB);

test('equal files are one COPY', async (t) => {
  const { delta, copyCount, literalCount } = await diffBuffers(noise, noise);
  t.deepEqual(delta, deltaOf(copy(0, noise.length)));
  t.is(copyCount, 1);
  t.is(literalCount, 0);
});

test('two empty files are a delta without commands', async (t) => {
  t.deepEqual((await diffBuffers(Buffer.alloc(0), Buffer.alloc(0))).delta, deltaOf());
});

test('a basis that grew at its end costs one COPY', async (t) => {
  const { delta } = await diffBuffers(noise, head);
  t.deepEqual(delta, deltaOf(copy(0, head.length)));
});

test('an empty basis makes everything literal', async (t) => {
  const result = noise.subarray(0, 50);
  t.deepEqual((await diffBuffers(Buffer.alloc(0), result)).delta, deltaOf(literal(result)));
});

test('a literal of 65 bytes takes the one-byte length, of 256 the two-byte length', async (t) => {
  const short = noise.subarray(0, 65);
  const long = noise.subarray(0, 256);
  t.deepEqual((await diffBuffers(Buffer.alloc(0), short)).delta, deltaOf(literal(short, 1)));
  t.deepEqual((await diffBuffers(Buffer.alloc(0), long)).delta, deltaOf(literal(long, 2)));
});

test('an insertion into the result costs its own bytes and two COPYs', async (t) => {
  const added = randomBytesOf(2, 60);
  const { delta } = await diffBuffers(noise, Buffer.concat([head, added, tail]));
  t.deepEqual(delta, deltaOf(copy(0, head.length), literal(added), copy(head.length, tail.length)));
});

test('a deletion from the result costs two COPYs, whatever its size', async (t) => {
  for (const length of [1, 100, 5000, 70_000, 2 * MIB - 50_000]) {
    const { delta } = await diffBuffers(noise, Buffer.concat([head, tail.subarray(length)]));
    t.deepEqual(
      delta,
      deltaOf(copy(0, head.length), copy(head.length + length, tail.length - length)),
      `${length} bytes`,
    );
  }
});

test('swapped halves cost two COPYs', async (t) => {
  const { delta } = await diffBuffers(noise, Buffer.concat([tail, head]));
  t.deepEqual(delta, deltaOf(copy(head.length, tail.length), copy(0, head.length)));
});

test('a value changed in place costs its own bytes, though its length changed', async (t) => {
  const value = randomBytesOf(3, 40);
  const result = Buffer.concat([head, value, tail.subarray(55)]);
  const { delta } = await diffBuffers(noise, result);
  t.deepEqual(
    delta,
    deltaOf(copy(0, head.length), literal(value), copy(head.length + 55, tail.length - 55)),
  );
});

test('blocks in another order are found, except the first few', async (t) => {
  const random = createRandom(4);
  const blocks = Array.from({ length: noise.length / 1024 }, (_, i) =>
    noise.subarray(i * 1024, (i + 1) * 1024),
  );
  const shuffled = blocks
    .map((block) => ({ block, key: random(0x7fffffff) }))
    .toSorted((a, b) => a.key - b.key);
  const result = Buffer.concat(shuffled.map(({ block }) => block));
  const summary = await diffBuffers(noise, result);
  t.is(bytesDifference(result, await patchBuffer(noise, summary.delta)), null);
  // Gaps are literal until there is enough of them to be worth the index.
  t.true(summary.literalBytes <= noise.length / 100, `${summary.literalBytes} literal bytes`);
  t.true(summary.deltaBytes <= noise.length / 50, `${summary.deltaBytes} bytes`);
});

test('blocks that repeat in the result are copied each time', async (t) => {
  const block = noise.subarray(0, 777);
  const result = Buffer.concat(Array.from({ length: 2000 }, () => block));
  const basis = Buffer.concat([head, block, tail]);
  const summary = await diffBuffers(basis, result);
  t.is(bytesDifference(result, await patchBuffer(basis, summary.delta)), null);
  t.true(summary.literalBytes <= 777, `${summary.literalBytes} literal bytes`);
});

test('text that records have in common does not shift the alignment by a record', async (t) => {
  const ids = Array.from({ length: 5000 }, (_, id) => id);
  const random = createRandom(5);
  const values = ids.map(() => random(0x7fffffff).toString(16));
  const basis = Buffer.from(ids.map((id) => record(id, values[id] ?? '')).join(''));
  const inserted = ids.map((id) =>
    id % 100 === 7
      ? record(900_000 + id, 'added') + record(id, values[id] ?? '')
      : record(id, values[id] ?? ''),
  );
  const result = Buffer.from(inserted.join(''));
  const summary = await diffBuffers(basis, result);
  t.is(bytesDifference(result, await patchBuffer(basis, summary.delta)), null);
  t.true(
    summary.literalBytes <= 50 * record(900_000, 'added').length,
    `${summary.literalBytes}, ${record(900_000, 'added').length}`,
  );
});

test('a delta that becomes longer than its limit is given up', async (t) => {
  const other = randomBytesOf(6, 2 * MIB);
  const summary = await diffBuffers(head, other, { giveUpAtBytes: MIB });
  t.true(summary.gaveUp);
  t.true(summary.deltaBytes > MIB && summary.deltaBytes < 2 * MIB, String(summary.deltaBytes));
  t.false((await diffBuffers(head, other, { giveUpAtBytes: 3 * MIB })).gaveUp);
});

test('the summary counts what the delta holds', async (t) => {
  const { copyBytes, literalBytes, copyCount, literalCount, deltaBytes, delta } = await diffBuffers(
    noise,
    Buffer.concat([head, Buffer.from('twelve bytes'), tail]),
  );
  t.deepEqual(
    { copyBytes, literalBytes, copyCount, literalCount, deltaBytes },
    {
      copyBytes: noise.length,
      literalBytes: 12,
      copyCount: 2,
      literalCount: 1,
      deltaBytes: delta.length,
    },
  );
});

test('a small index still finds large blocks that moved', async (t) => {
  const { delta } = await diffBuffers(noise, Buffer.concat([tail, head]), { memoryBytes: 8192 });
  t.deepEqual(delta, deltaOf(copy(head.length, tail.length), copy(0, head.length)));
});

test('a checkpoint that throws ends the work with its error', async (t) => {
  let calls = 0;
  const checkpoint = async (): Promise<void> => {
    calls += 1;
    if (calls === 2) throw new InterruptedError('SIGINT');
  };
  await t.throwsAsync(diffBuffers(head, randomBytesOf(7, MIB), { checkpoint }), {
    instanceOf: InterruptedError,
  });
  t.is((await diffBuffers(head, head)).copyCount, 1);
});

test('jobs that run at the same time do not disturb each other', async (t) => {
  const results = [1, 2, 3, 4].map((seed) =>
    Buffer.concat([head, randomBytesOf(seed, 1000 * seed), tail]),
  );
  const deltas = await Promise.all(results.map((result) => diffBuffers(noise, result)));
  for (const [index, { delta }] of deltas.entries()) {
    t.is(bytesDifference(results[index] ?? Buffer.alloc(0), await patchBuffer(noise, delta)), null);
  }
});

test('offsets beyond 4 GiB are exact, whether resync or the index finds them', async (t) => {
  const far = 0x1_0000_0000;
  const a = randomBytesOf(8, 300_000);
  const b = randomBytesOf(9, 300_000);
  const basis = new SparseReader(far + 4 * MIB, [
    { at: far + 1000, bytes: a },
    { at: far + 2 * MIB, bytes: b },
  ]);
  const shifted = new SparseReader(far + 4 * MIB + 17, [
    { at: far + 1017, bytes: a },
    { at: far + 2 * MIB + 17, bytes: b },
  ]);
  const gathered = new Gathered();
  const summary = await diff(basis, shifted, gathered.emit);
  t.deepEqual(
    gathered.bytes,
    deltaOf(copy(0, far + 1000), literal(Buffer.alloc(17)), copy(far + 1000, 4 * MIB - 1000)),
  );
  t.is(summary.copyBytes, far + 4 * MIB);

  const swapped = Buffer.concat([b, a, randomBytesOf(10, 20 * MIB)]);
  const second = new Gathered();
  const { copyBytes } = await diff(basis, new MemoryReader(swapped), second.emit);
  t.is(copyBytes, a.length + b.length);
  const rebuilt = new Gathered();
  await patch(basis, [second.bytes], rebuilt.emit);
  t.is(bytesDifference(swapped, rebuilt.bytes), null);
});
