// When the next snapshot is due: by a clock of the test's own.
import test from 'ava';
import { WatchSchedule, retryDelayMs } from '../../../src/engine/watch/watch-schedule.js';

const PACE = { debounceMs: 2000, minIntervalMs: 0 };

test('no snapshot is due when nothing was saved', (t) => {
  t.is(new WatchSchedule(PACE).dueAtMs, null);
});

test('a save is due when it has come to rest', (t) => {
  const schedule = new WatchSchedule(PACE);
  t.true(schedule.saveSeen(10_000));
  t.is(schedule.dueAtMs, 12_000);
  t.false(schedule.saveSeen(11_500));
  t.is(schedule.dueAtMs, 13_500);
});

test('saves that never come to rest are due after ten times the debounce', (t) => {
  const schedule = new WatchSchedule(PACE);
  for (let now = 0; now <= 60_000; now += 1000) schedule.saveSeen(now);
  t.is(schedule.dueAtMs, 20_000);
});

test('an old save is due at once, whatever the debounce', (t) => {
  const schedule = new WatchSchedule({ debounceMs: 600_000, minIntervalMs: 0 });
  schedule.oldSaveFound(5000);
  t.is(schedule.dueAtMs, 5000);
});

test('a burst of saves is one snapshot, and saves during that snapshot are one more', (t) => {
  const schedule = new WatchSchedule(PACE);
  for (const now of [0, 300, 900]) schedule.saveSeen(now);
  t.is(schedule.dueAtMs, 2900);
  // It ran from 2900 to 9000; what was saved meanwhile is seen after it.
  schedule.taken(2900);
  t.is(schedule.dueAtMs, null);
  t.true(schedule.saveSeen(9000));
  t.is(schedule.dueAtMs, 11_000);
});

test('the interval counts from the beginning of the last snapshot, and no save waits for ever', (t) => {
  const schedule = new WatchSchedule({ debounceMs: 2000, minIntervalMs: 60_000 });
  schedule.saveSeen(0);
  t.is(schedule.dueAtMs, 2000, 'the first one waits for no interval');
  schedule.taken(2000);
  for (let now = 3000; now <= 50_000; now += 1000) schedule.saveSeen(now);
  t.is(schedule.dueAtMs, 62_000);
  schedule.taken(62_000);
  schedule.saveSeen(200_000);
  t.is(schedule.dueAtMs, 202_000);
});

test('retries after failures come ever more slowly, and no failure counts as a snapshot', (t) => {
  const schedule = new WatchSchedule({ debounceMs: 2000, minIntervalMs: 600_000 });
  schedule.saveSeen(0);
  const delays = Array.from({ length: 9 }, () => schedule.failed(schedule.dueAtMs ?? 0));
  t.deepEqual(
    delays,
    [5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1000),
  );
  t.is(retryDelayMs(100), 300_000);
  // A new save does not bring the next try forward.
  const due = schedule.dueAtMs ?? 0;
  schedule.saveSeen(due - 250_000);
  t.is(schedule.dueAtMs, due);
  schedule.taken(due);
  schedule.saveSeen(due + 700_000);
  t.is(schedule.dueAtMs, due + 702_000, 'and failures are forgotten');
});

test('a save that another run has taken is no longer due', (t) => {
  const schedule = new WatchSchedule(PACE);
  schedule.saveSeen(0);
  schedule.failed(2000);
  schedule.nothingLeft();
  t.is(schedule.dueAtMs, null);
  t.true(schedule.saveSeen(3000));
  t.is(schedule.dueAtMs, 5000);
});
