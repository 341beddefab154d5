import test from 'ava';
import { composeTables, indexToJoin } from '../../src/delta/compose-tables.js';
import { DeltaFormatError } from '../../src/delta/delta-format-error.js';
import { uninterrupted } from '../../src/system/time/checkpoint.js';
import { copy, deltaOf, literal } from '../support/delta/delta-bytes.js';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { createRandom, randomBytesOf } from './random-bytes.js';
import { applyRun, patchBuffer, runOf } from './run-delta.js';

const basis = randomBytesOf(1, 50_000);

/** Everything in another order, in pieces of the given length. */
function shuffle(seed: number, sizeBytes: number, pieceBytes: number): Buffer {
  const random = createRandom(seed);
  const places = Array.from({ length: Math.floor(sizeBytes / pieceBytes) }, (_, i) => i);
  for (let i = places.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [places[i], places[j]] = [places[j] as number, places[i] as number];
  }
  return deltaOf(...places.map((place) => copy(place * pieceBytes, pieceBytes)));
}

test('a run of deltas with literals and other orders among them is applied as one', async (t) => {
  const edit = deltaOf(copy(100, 20_000), literal(randomBytesOf(2, 300), 2), copy(25_000, 9000));
  const deltas = [
    shuffle(1, 50_000, 7),
    edit,
    shuffle(2, 29_300, 11),
    shuffle(3, 29_293, 5),
    deltaOf(copy(40, 10_000), literal(randomBytesOf(3, 50)), copy(3, 9000)),
    shuffle(4, 19_050, 1),
  ];
  let expected = basis;
  for (const delta of deltas) expected = await patchBuffer(expected, delta);
  t.is(bytesDifference(expected, await applyRun(basis, runOf(deltas))), null);
});

test('an empty delta in a run leaves nothing to copy from', async (t) => {
  const full = deltaOf(literal(Buffer.from('all of it')));
  t.is((await applyRun(basis, runOf([deltaOf()]))).length, 0);
  t.is((await applyRun(basis, runOf([shuffle(1, 50_000, 10), deltaOf()]))).length, 0);
  t.deepEqual(await applyRun(basis, runOf([deltaOf(), full])), Buffer.from('all of it'));
});

test('the first delta of a run may copy up to the end of the basis and no farther', async (t) => {
  const last = deltaOf(copy(49_990, 10));
  t.deepEqual(await applyRun(basis, runOf([last])), basis.subarray(-10));
  await t.throwsAsync(applyRun(basis, runOf([deltaOf(copy(49_990, 11)), deltaOf(copy(0, 1))])), {
    instanceOf: DeltaFormatError,
    message: 'delta copies up to byte 50001, beyond the end of its basis, at byte 4',
  });
});

test('a delta anywhere in a run that makes more than it may is corrupt', async (t) => {
  const much = deltaOf(copy(0, 40_000), copy(0, 40_000));
  const little = deltaOf(copy(0, 100));
  for (const deltas of [
    [much, little],
    [little, deltaOf(...Array.from({ length: 9 }, () => copy(0, 100)))],
  ]) {
    const most = deltas[0] === much ? 79_999 : 899;
    await t.throwsAsync(applyRun(basis, runOf(deltas, 4096, most)), {
      instanceOf: DeltaFormatError,
      message: new RegExp(`^delta makes more than the ${most} bytes its result has`),
    });
    t.not((await applyRun(basis, runOf(deltas, 4096, most + 1))).length, 0);
  }
});

test('deltas that multiply what they copy end at the length that the result may have', async (t) => {
  // Each makes 100 times as much as the one before: the fifth would make ten thousand million bytes.
  const deltas = [1, 100, 10_000, 1_000_000, 100_000_000].map((length) =>
    deltaOf(...Array.from({ length: 100 }, () => copy(0, length))),
  );
  await t.throwsAsync(composeTables(runOf(deltas, 4096, 1_000_000), 1, uninterrupted), {
    instanceOf: DeltaFormatError,
    message: /^delta makes more than the 1000000 bytes its result has/,
  });
});

test('tables of about one length are each joined about log2(count) times', (t) => {
  const count = 1000;
  let joined = 0;
  let most = 0;
  const sizes: number[] = [];
  const join = (index: number): void => {
    const [first = 0, second = 0] = sizes.splice(index, 2);
    joined += first + second;
    sizes.splice(index, 0, first + second);
  };
  const random = createRandom(5);
  for (let i = 0; i < count; i++) {
    sizes.push(1000 + random(100));
    for (let index = indexToJoin(sizes); index !== null; index = indexToJoin(sizes)) join(index);
    most = Math.max(most, sizes.length);
  }
  while (sizes.length > 1) join(sizes.length - 2);
  t.true(
    joined / (sizes[0] as number) < 1.5 * Math.log2(count),
    `${joined / (sizes[0] as number)}`,
  );
  t.true(most <= 2 * Math.log2(count), `${most} tables at a time`);
});

test('short tables before a long one are joined with each other first', (t) => {
  t.is(indexToJoin([1000, 100, 40, 16, 10, 500]), 3);
  t.is(indexToJoin([1000, 100, 40, 26, 500]), 2);
  t.is(indexToJoin([1000, 166, 500]), 1);
  t.is(indexToJoin([1000, 600]), null);
  t.is(indexToJoin([0, 0]), 0);
  t.is(indexToJoin([7]), null);
});
