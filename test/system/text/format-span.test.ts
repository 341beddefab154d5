// Spans of time as people say them.
import test from 'ava';
import { formatSpan } from '../../../src/system/text/format-span.js';

test('two units at most', (t) => {
  const spans: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [45, '45s'],
    [60, '1m'],
    [61.9, '1m1s'],
    [3600, '1h'],
    [9 * 3600 + 59 * 60, '9h59m'],
    [26 * 3600 + 59, '26h'],
    [47 * 3600 + 3599, '47h'],
    [48 * 3600, '2D'],
    [52 * 3600 + 1, '2D4h'],
    [3 * 86_400 + 4 * 3600, '3D'],
    [400 * 86_400, '400D'],
    [-5, '0s'],
  ];
  for (const [seconds, text] of spans) t.is(formatSpan(seconds), text, String(seconds));
});
