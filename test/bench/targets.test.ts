import test from 'ava';

import type { RunResult } from './results.js';
import { bytesTarget, ratioTarget, Targets } from './targets.js';

function run(peer: RunResult['peer'], wallMs: number, addedBytes: number): RunResult {
  return { peer, wallMs, cpuMs: 0, peakRssBytes: 200 * 2 ** 20, addedBytes, repositoryBytes: 0 };
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
