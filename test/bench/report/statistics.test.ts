import test from 'ava';

import { median, spreadOf } from './statistics.js';

test('the median of an odd number of values is the one in the middle, whatever their order', (t) => {
  t.is(median([9, 1, 5]), 5);
  t.is(median([100, 20, 3]), 20);
  t.is(median([7]), 7);
});

test('the median of an even number of values is the mean of the two in the middle', (t) => {
  t.is(median([4, 1, 3, 2]), 2.5);
  t.is(median([10, 30]), 20);
});

test('the median of nothing is no number', (t) => {
  t.is(median([]), Number.NaN);
});

test('finding the median leaves the values as they were', (t) => {
  const values = [3, 1, 2];
  median(values);
  t.deepEqual(values, [3, 1, 2]);
});

test('a spread is the least, the median and the most', (t) => {
  t.deepEqual(spreadOf([5, 2, 9, 4]), { least: 2, median: 4.5, most: 9 });
  t.deepEqual(spreadOf([]), { least: Number.NaN, median: Number.NaN, most: Number.NaN });
});
