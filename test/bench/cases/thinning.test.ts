import test from 'ava';

import { planThinning } from './thinning.js';

test('of a year the last days, weeks and months stay, and the rest goes', (t) => {
  const { kept, removed } = planThinning(366);
  t.deepEqual(
    kept,
    [
      31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 340, 347, 354, 359, 360, 361, 362, 363,
      364, 365,
    ],
  );
  t.is(kept.length + removed.length, 366);
});
