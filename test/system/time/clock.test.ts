import test from 'ava';
import { systemClock } from '../../../src/system/time/clock.js';

test('the system clock counts milliseconds since 1970', (t) => {
  const before = Date.now();
  const nowMs = systemClock.nowMs();
  t.true(before <= nowMs && nowMs <= Date.now(), `${before}, ${nowMs}, ${Date.now()}`);
  t.true(Number.isInteger(nowMs));
});

test('the monotonic clock never goes back', (t) => {
  let last = systemClock.monotonicMs();
  for (let count = 0; count < 1000; count += 1) {
    const next = systemClock.monotonicMs();
    t.true(next >= last, `${next}, ${last}`);
    last = next;
  }
});
