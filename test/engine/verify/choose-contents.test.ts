// Which contents a verification chooses: the longest unchecked first, at random, and in rounds.
import test from 'ava';
import type { Content, VerificationRecord } from '../../../src/catalog/records.js';
import {
  chooseSample,
  inGroups,
  roundStart,
  totalBytesOf,
  uncheckedSince,
} from '../../../src/engine/verify/choose-contents.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

const contents: Content[] = Array.from({ length: 40 }, (_, index) => ({
  id: index + 1,
  sha256: Buffer.alloc(32, index),
  sizeBytes: 100,
}));
const ids = (some: readonly Content[]): number[] => some.map(({ id }) => id);

/** From 0 to 1, the same in every run. */
function chance(seed: string): () => number {
  const random = new SeededRandom(seed);
  return () => random.bytes(4).readUInt32LE() / 2 ** 32;
}

test('contents never checked come first, then those checked longest ago', (t) => {
  const times = new Map([
    [1, 500],
    [2, 300],
    [3, 500],
    [5, 400],
  ]);
  const groups = inGroups(contents.slice(0, 6), times);
  t.deepEqual(groups.map(ids), [[4, 6], [2], [5], [1, 3]]);
  t.deepEqual(ids(uncheckedSince(contents.slice(0, 6), times, 500)), [2, 4, 5, 6]);
});

test('a sample has at least its percentage of the bytes, and no more than it needs', (t) => {
  for (const percent of [0.1, 10, 33, 100]) {
    const sample = chooseSample(contents, percent, {
      times: new Map(),
      nowSeconds: 1000,
      random: chance(`${percent}`),
    });
    const wanted = Math.max(1, Math.ceil((40 * percent) / 100));
    t.is(sample.length, wanted);
    t.is(new Set(ids(sample)).size, wanted, 'each once');
    t.is(totalBytesOf(sample), wanted * 100);
  }
  t.deepEqual(
    chooseSample([], 10, { times: new Map(), nowSeconds: 1000, random: chance('none') }),
    [],
  );
});

test('a sample begins with contents never checked, and prefers those checked long ago', (t) => {
  const times = new Map(contents.slice(2).map(({ id }) => [id, id <= 21 ? 0 : 990_000]));
  let old = 0;
  let recent = 0;
  for (let count = 0; count < 200; count += 1) {
    const sample = ids(
      chooseSample(contents, 10, {
        times,
        nowSeconds: 1_000_000,
        random: chance(`try ${count}`),
      }),
    );
    t.deepEqual(
      [1, 2].filter((id) => sample.includes(id)),
      [1, 2],
    );
    old += sample.filter((id) => id > 2 && id <= 21).length;
    recent += sample.filter((id) => id > 21).length;
  }
  t.true(old > recent * 10, `${old} old ones, ${recent} recent ones`);
  t.true(recent > 0, 'but by chance');
});

test('a round goes on as long as the last timed run of the same scope has left something', (t) => {
  const record: VerificationRecord = {
    mode: 'timed',
    snapshot: null,
    roundStartedAtSeconds: 100,
    startedAtSeconds: 150,
    finishedAtSeconds: 160,
    problems: 0,
    checkedContents: 1,
    checkedBytes: 1,
    leftContents: 3,
    leftBytes: 3,
  };
  const full = { ...record, mode: 'full' as const };
  t.is(roundStart('timed', null, [full, record], 900), 100);
  t.is(roundStart('timed', null, [{ ...record, leftContents: 0 }, record], 900), 900);
  t.is(roundStart('timed', 3, [record], 900), 900);
  t.is(roundStart('timed', null, [], 900), 900);
  t.is(roundStart('full', null, [record], 900), 900);
  t.is(roundStart('timed', null, [{ ...record, roundStartedAtSeconds: 5000 }], 900), 900);
});
