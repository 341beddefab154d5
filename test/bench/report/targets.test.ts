import test from 'ava';

import type { RunResult } from './results.js';
import { bytesTarget, ratioTarget, Targets } from './targets.js';

function run(peer: RunResult['peer'], wallMs: number, addedBytes: number, cpuMs = 0): RunResult {
  return { peer, wallMs, cpuMs, peakRssBytes: 200 * 2 ** 20, addedBytes, repositoryBytes: 0 };
}

const targets = new Targets([
  run('redis-rewind', 3000, 10),
  run('cp', 2000, 1000),
  run('rdiff-backup', 60_000, 600),
  run('redis-rewind', 3000, 10),
]);

test('a time is reached up to and with its limit, in relation to the yardstick', (t) => {
  t.deepEqual(targets.wallAtMost(1.5), {
    what: 'wall ≤ 1.5 × cp',
    measured: '1.50 ×',
    isReached: true,
  });
  t.false(targets.wallAtMost(1.4).isReached);
});

test('what examining costs is CPU time for each gigabyte, beside the same without it', (t) => {
  const examining = new Targets([
    run('redis-rewind', 3900, 10, 3000),
    run('redis-rewind --no-examine', 3000, 10, 2400),
    run('cp', 2000, 1000, 100),
  ]);
  t.deepEqual(examining.cpuBeyondAtMost(1.2, 'redis-rewind --no-examine', 500_000_000), {
    what: 'CPU beyond redis-rewind --no-examine ≤ 1.2 s/GB',
    measured: '1.20 s/GB',
    isReached: true,
  });
  t.false(examining.cpuBeyondAtMost(1.2, 'redis-rewind --no-examine', 499_000_000).isReached);
  t.is(targets.cpuBeyondAtMost(1.2, 'redis-rewind --no-examine', 1e9).isReached, null);
  t.true(examining.wallAtMost(2).isReached);
  t.deepEqual(examining.wallAtMost(1.4, 'redis-rewind --no-examine'), {
    what: 'wall ≤ 1.4 × cp, redis-rewind --no-examine',
    measured: '1.50 ×',
    isReached: false,
  });
});

test('faster by so many times than another program', (t) => {
  t.true(targets.fasterThan('rdiff-backup', 20).isReached);
  t.false(targets.fasterThan('rdiff-backup', 21).isReached);
  t.is(targets.fasterThan('rdiff-backup', 20).measured, '20.00 ×');
  t.is(targets.fasterThan('cp').what, 'faster than cp');
  t.false(targets.fasterThan('cp').isReached);
});

test('a program that was not there leaves a target unmeasured, not missed', (t) => {
  t.deepEqual(targets.fasterThan('borg'), {
    what: 'faster than borg',
    measured: 'not measured',
    isReached: null,
  });
  t.is(targets.addsAtMostOnePart(60, 'borg').isReached, null);
});

test('either of two limits will do for a time', (t) => {
  t.true(targets.wallAtMostMs(300, 1.5, 'rdiff-backup').isReached);
  t.false(targets.wallAtMostMs(300, 1, 'cp').isReached);
  t.true(targets.wallAtMostMs(3000, 1, 'borg').isReached);
});

test('a limit of its own for a time', (t) => {
  t.deepEqual(targets.wallAtMostSeconds(3), {
    what: 'wall ≤ 3 s',
    measured: '3.00 s',
    isReached: true,
  });
  t.false(targets.wallAtMostSeconds(2.9).isReached);
});

test('what is added is a part of what another adds', (t) => {
  t.deepEqual(targets.addsAtMostOnePart(60, 'rdiff-backup'), {
    what: 'adds ≤ 1/60 of what rdiff-backup adds',
    measured: '1/60.0',
    isReached: true,
  });
  t.false(targets.addsAtMostOnePart(61, 'rdiff-backup').isReached);
});

test('memory has a limit of its own', (t) => {
  t.true(targets.peakRssAtMost(200).isReached);
  t.false(targets.peakRssAtMost(199).isReached);
  t.is(targets.peakRssAtMost(256).measured, '200 MiB');
});

test('numbers of bytes and their ratios', (t) => {
  t.true(bytesTarget('small', 300, 300, String).isReached);
  t.false(bytesTarget('small', 301, 300, String).isReached);
  t.is(bytesTarget('small', null, 300, String).isReached, null);
  t.is(ratioTarget('repository', 150, 100, 1.5).measured, '1.50 ×');
  t.false(ratioTarget('repository', 151, 100, 1.5).isReached);
  t.is(ratioTarget('repository', 151, 0, 1.5).isReached, null);
});
