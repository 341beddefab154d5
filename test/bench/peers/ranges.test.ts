import test from 'ava';

import { toRanges } from './ranges.js';

test('neighbours become a range, and a number alone stays one', (t) => {
  t.deepEqual(toRanges([1, 2, 3, 5, 8, 9]), ['1-3', '5', '8-9']);
  t.deepEqual(toRanges([]), []);
});
