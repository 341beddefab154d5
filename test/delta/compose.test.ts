import test from 'ava';
import { compose } from '../../src/delta/compose.js';
import { DeltaFormatError } from '../../src/delta/delta-format-error.js';
import { copy, deltaOf, literal } from '../support/delta/delta-bytes.js';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { createRandom, randomBytesOf } from './random-bytes.js';
import { composeBuffers, diffBuffers, patchBuffer, readAll, runOf } from './run-delta.js';

test('a COPY is mapped through to where its bytes come from', async (t) => {
  const first = deltaOf(copy(1000, 50), copy(200, 50));
  const second = deltaOf(copy(40, 20));
  const { delta, resultBytes } = await composeBuffers([first, second]);
  t.deepEqual(delta, deltaOf(copy(1040, 10), copy(200, 10)));
  t.is(resultBytes, 20);
});

test('a COPY of literal bytes becomes a literal of just those bytes', async (t) => {
  const first = deltaOf(copy(0, 10), literal(Buffer.from('abcdefgh')), copy(10, 10));
  const second = deltaOf(copy(9, 4), literal(Buffer.from('!')), copy(17, 2));
  const { delta } = await composeBuffers([first, second]);
  t.deepEqual(delta, deltaOf(copy(9, 1), literal(Buffer.from('abc!h')), copy(10, 1)));
});

test('COPYs that become neighbours are merged', async (t) => {
  const first = deltaOf(copy(100, 10), literal(Buffer.from('xy')), copy(110, 10));
  const second = deltaOf(copy(0, 10), copy(12, 10));
  t.deepEqual((await composeBuffers([first, second])).delta, deltaOf(copy(100, 20)));
});

test('COPYs in any order find their entries, near and far', async (t) => {
  const pieces = 20_000;
  const commands = Array.from({ length: pieces }, (_, i) => copy((pieces - 1 - i) * 10, 10));
  const random = createRandom(1);
  const wanted = Array.from({ length: 2000 }, () => random(pieces * 10 - 5));
  const { delta } = await composeBuffers([
    deltaOf(...commands),
    deltaOf(...wanted.map((start) => copy(start, 5))),
  ]);
  const basis = randomBytesOf(2, pieces * 10);
  const middle = await patchBuffer(basis, deltaOf(...commands));
  const expected = Buffer.concat(wanted.map((start) => middle.subarray(start, start + 5)));
  t.is(bytesDifference(expected, await patchBuffer(basis, delta)), null);
});

test('offsets beyond 4 GiB compose exactly', async (t) => {
  const far = 0x3_0000_0000;
  const first = deltaOf(copy(far, far), literal(Buffer.from('middle')), copy(7, 100));
  const second = deltaOf(copy(far - 3, 12), copy(10, far - 20));
  const { delta, resultBytes } = await composeBuffers([first, second]);
  t.deepEqual(
    delta,
    deltaOf(
      copy(2 * far - 3, 3),
      literal(Buffer.from('middle')),
      copy(7, 3),
      copy(far + 10, far - 20),
    ),
  );
  t.is(resultBytes, far - 8);
});

test('a chain of a hundred edits composes into one delta', async (t) => {
  const random = createRandom(3);
  const first = randomBytesOf(4, 50_000);
  const deltas: Buffer[] = [];
  let version: Buffer = first;
  for (let step = 0; step < 100; step++) {
    const at = random(version.length - 1000);
    const next = Buffer.concat([
      version.subarray(0, at),
      randomBytesOf(step, random(500)),
      version.subarray(at + random(500)),
    ]);
    deltas.push((await diffBuffers(version, next)).delta);
    version = next;
  }
  const { delta, resultBytes } = await composeBuffers(deltas);
  t.is(bytesDifference(version, await patchBuffer(first, delta)), null);
  t.is(resultBytes, version.length);
});

test('deltas too large for memory go through temporary files', async (t) => {
  const basis = randomBytesOf(5, 1000);
  const added = randomBytesOf(6, 9 * 1024 * 1024);
  const { delta: first } = await diffBuffers(basis, Buffer.concat([added, basis]));
  const back = Buffer.concat([basis, added.subarray(1000)]);
  const { delta: second } = await diffBuffers(Buffer.concat([added, basis]), back);
  const { delta } = await composeBuffers([first, second], 100_000);
  t.is(bytesDifference(back, await patchBuffer(basis, delta)), null);
});

test('a composed delta can be read again, until it is closed', async (t) => {
  const composed = await compose(
    runOf([deltaOf(literal(Buffer.from('abc'))), deltaOf(copy(1, 2))]),
  );
  const once = await readAll(composed);
  t.deepEqual(once, deltaOf(literal(Buffer.from('bc'))));
  t.deepEqual(await readAll(composed), once);
  t.is(composed.deltaBytes, once.length);
  composed.close();
});

test('a run of one delta is that delta with its commands merged', async (t) => {
  const delta = deltaOf(copy(0, 5, [8, 8]), copy(5, 5), literal(Buffer.from('a'), 4));
  const composed = await composeBuffers([delta]);
  t.deepEqual(composed.delta, deltaOf(copy(0, 10), literal(Buffer.from('a'))));
  t.is(composed.resultBytes, 11);
});

test('a full copy written as one literal composes like any other delta', async (t) => {
  const full = randomBytesOf(7, 200_000);
  const { delta } = await composeBuffers([
    deltaOf(literal(full, 8)),
    deltaOf(copy(150_000, 50), copy(3, 4)),
  ]);
  const expected = Buffer.concat([full.subarray(150_000, 150_050), full.subarray(3, 7)]);
  t.deepEqual(delta, deltaOf(literal(expected)));
});

test('a delta that copies beyond what the one before it makes is corrupt', async (t) => {
  await t.throwsAsync(composeBuffers([deltaOf(copy(0, 10)), deltaOf(copy(5, 6))]), {
    instanceOf: DeltaFormatError,
    message: 'delta copies up to byte 11, beyond the end of its basis, at byte 4',
  });
  await t.throwsAsync(composeBuffers([deltaOf(), deltaOf(copy(0, 1))]), {
    instanceOf: DeltaFormatError,
  });
});

test('a damaged delta anywhere in a run is corrupt', async (t) => {
  const good = deltaOf(copy(0, 10));
  for (const bad of [good.subarray(0, -1), Buffer.concat([good, good]), Buffer.from('x')]) {
    for (const run of [[bad], [bad, good], [good, bad], [good, good, bad], [good, bad, good]]) {
      await t.throwsAsync(composeBuffers(run), { instanceOf: DeltaFormatError });
    }
  }
});
