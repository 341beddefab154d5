import test from 'ava';

import { type RunResult, summarize } from './results.js';

function run(peer: RunResult['peer'], wallMs: number, rest: Partial<RunResult> = {}): RunResult {
  return {
    peer,
    wallMs,
    cpuMs: wallMs / 2,
    peakRssBytes: 0,
    addedBytes: null,
    repositoryBytes: null,
    ...rest,
  };
}

test('interleaved runs are gathered by program, in the order of the first round', (t) => {
  const summaries = summarize([run('redis-rewind', 10), run('cp', 1), run('redis-rewind', 30)]);
  t.deepEqual(
    summaries.map(({ peer, runs }) => [peer, runs]),
    [
      ['redis-rewind', 2],
      ['cp', 1],
    ],
  );
  t.deepEqual(summaries[0]?.wallMs, { least: 10, median: 20, most: 30 });
  t.deepEqual(summaries[0]?.cpuMs, { least: 5, median: 10, most: 15 });
});

test('memory is the most of any run, bytes are the median', (t) => {
  const [summary] = summarize([
    run('borg', 1, { peakRssBytes: 70, addedBytes: 5, repositoryBytes: 100 }),
    run('borg', 1, { peakRssBytes: 90, addedBytes: 6, repositoryBytes: 300 }),
    run('borg', 1, { peakRssBytes: 80, addedBytes: 9, repositoryBytes: 200 }),
  ]);
  t.is(summary?.peakRssBytes, 90);
  t.is(summary?.addedBytes, 6);
  t.is(summary?.repositoryBytes, 200);
});

test('a restore has no bytes to speak of', (t) => {
  const [summary] = summarize([run('cp', 1), run('cp', 2)]);
  t.is(summary?.addedBytes, null);
  t.is(summary?.repositoryBytes, null);
});
