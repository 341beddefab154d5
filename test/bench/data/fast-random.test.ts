import test from 'ava';

import { FastRandom } from './fast-random.js';

test('a stream is the same whenever it is started anew', (t) => {
  const random = new FastRandom(1, 2, 3);
  const first = Array.from({ length: 50 }, () => random.next());
  random.reseed(9, 9, 9);
  random.reseed(1, 2, 3);
  t.deepEqual(
    Array.from({ length: 50 }, () => random.next()),
    first,
  );
});

test('each of seed, stream and revision makes another stream', (t) => {
  const streams = [
    new FastRandom(1, 2, 3),
    new FastRandom(2, 2, 3),
    new FastRandom(1, 3, 3),
    new FastRandom(1, 2, 4),
  ];
  t.is(new Set(streams.map((random) => random.next())).size, streams.length);
});

test('numbers keep within their limits and reach both', (t) => {
  const random = new FastRandom(1);
  const values = Array.from({ length: 2000 }, () => random.between(3, 7));
  t.deepEqual(
    [...new Set(values)].sort((a, b) => a - b),
    [3, 4, 5, 6, 7],
  );
});

test('neighbouring streams have nothing in common', (t) => {
  const random = new FastRandom(1);
  const hits = Array.from({ length: 10_000 }, (_, stream) => {
    random.reseed(1, stream, 0);
    return random.below(100);
  });
  const ofSeven = hits.filter((value) => value === 7).length;
  t.true(ofSeven > 50 && ofSeven < 150, String(ofSeven));
});

test('hexadecimal digits are as many as asked for', (t) => {
  const random = new FastRandom(1);
  for (let length = 0; length <= 40; length += 1) {
    t.regex(random.hex(length), new RegExp(`^[0-9a-f]{${length}}$`));
  }
});
