// Counts, durations and ranges as people read them.
import test from 'ava';
import { formatCount, formatDuration, formatRanges } from '../../../src/cli/output/quantities.js';

const DURATIONS: [milliseconds: number, shown: string][] = [
  [0, '0.00 s'],
  [42, '0.04 s'],
  [1234, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h 0 min'],
  [3_780_000, '1 h 3 min'],
];

for (const [milliseconds, shown] of DURATIONS) {
  test(`${milliseconds} ms are shown as ${shown}`, (t) => {
    t.is(formatDuration(milliseconds), shown);
  });
}

test('only a count of one is singular', (t) => {
  t.is(formatCount(1, 'file'), '1 file');
  t.is(formatCount(0, 'file'), '0 files');
  t.is(formatCount(2, 'file'), '2 files');
});

test('neighbouring numbers become a range', (t) => {
  t.is(formatRanges([]), '');
  t.is(formatRanges([4]), '4');
  t.is(formatRanges([1, 2, 3, 5, 8, 9]), '1-3, 5, 8-9');
});
