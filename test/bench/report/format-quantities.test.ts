import test from 'ava';

import { formatBytes, formatMebibytes, formatRatio, formatSeconds } from './format-quantities.js';

test('bytes have three digits that count and a decimal unit', (t) => {
  t.is(formatBytes(0), '0 B');
  t.is(formatBytes(999), '999 B');
  t.is(formatBytes(1000), '1.00 kB');
  t.is(formatBytes(4_612_345), '4.61 MB');
  t.is(formatBytes(48_621_757), '48.6 MB');
  t.is(formatBytes(854_000_000), '854 MB');
  t.is(formatBytes(6_000_000_000), '6.00 GB');
});

test('a value that would round up to a thousand takes the next unit', (t) => {
  t.is(formatBytes(999_499), '999 kB');
  t.is(formatBytes(999_500), '1.00 MB');
  t.is(formatBytes(9_995_000), '10.0 MB');
});

test('a repository that has become smaller is shown as negative', (t) => {
  t.is(formatBytes(-2_500_000), '-2.50 MB');
});

test('memory is in whole MiB', (t) => {
  t.is(formatMebibytes(256 * 2 ** 20 + 1), '256 MiB');
});

test('seconds have milliseconds below one and three digits above', (t) => {
  t.is(formatSeconds(45.4), '0.045 s');
  t.is(formatSeconds(1420), '1.42 s');
  t.is(formatSeconds(52_340), '52.3 s');
  t.is(formatSeconds(381_200), '381 s');
});

test('ratios have two digits after the point below ten', (t) => {
  t.is(formatRatio(0.0833), '0.08');
  t.is(formatRatio(1.5), '1.50');
  t.is(formatRatio(37.24), '37.2');
  t.is(formatRatio(412.4), '412');
});
