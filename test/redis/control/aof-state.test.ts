// Whether an AOF that was switched on is written, is being written, or has failed. What INFO says of the last rewrite may
// be of one long ago.
import test from 'ava';
import { type AofProgress, judgeAof, toAofState } from '../../../src/redis/control/aof-state.js';

/** The fields of INFO that count: on, scheduled, in progress, status, count of rewrites. */
type Said = [isOn: 0 | 1, scheduled: 0 | 1, running: 0 | 1, status: 'ok' | 'err', count?: number];

function state([isOn, scheduled, running, status, count]: Said) {
  const fields: [string, string][] = [
    ['aof_enabled', String(isOn)],
    ['aof_rewrite_scheduled', String(scheduled)],
    ['aof_rewrite_in_progress', String(running)],
    ['aof_last_bgrewrite_status', status],
  ];
  return toAofState(
    new Map(count === undefined ? fields : [...fields, ['aof_rewrites', String(count)]]),
  );
}

const CASES: [what: string, before: Said, now: Said, saw: boolean, progress: AofProgress][] = [
  ['a rewrite runs, ok is of before', [0, 0, 0, 'ok', 0], [1, 0, 1, 'ok', 1], true, 'waiting'],
  ['a rewrite is about to run', [0, 0, 0, 'ok', 0], [1, 1, 0, 'ok', 0], false, 'waiting'],
  ['it has ended well', [0, 0, 0, 'ok', 0], [1, 0, 0, 'ok', 1], true, 'done'],
  ['it has failed and is tried again', [0, 0, 0, 'ok', 0], [1, 1, 0, 'err', 1], true, 'failed'],
  ['err is of before', [0, 0, 0, 'err', 3], [1, 0, 1, 'err', 4], true, 'waiting'],
  ['another failure after one before', [0, 0, 0, 'err', 3], [1, 0, 1, 'err', 5], true, 'failed'],
  [
    'it has ended well after a failure before',
    [0, 0, 0, 'err', 3],
    [1, 0, 0, 'ok', 4],
    true,
    'done',
  ],
  ['no count: err is of before', [0, 0, 0, 'err'], [1, 0, 1, 'err'], true, 'waiting'],
  ['no count: it ran and has failed', [0, 0, 0, 'err'], [1, 1, 0, 'err'], true, 'failed'],
  ['no count: it was not seen to run', [0, 0, 0, 'err'], [1, 1, 0, 'err'], false, 'waiting'],
  [
    'it was on, and an old rewrite has failed',
    [1, 0, 0, 'err', 3],
    [1, 0, 0, 'err', 3],
    false,
    'done',
  ],
  ['it is switched off by somebody', [0, 0, 0, 'ok', 0], [0, 0, 0, 'ok', 1], true, 'off'],
];

for (const [what, before, now, saw, progress] of CASES) {
  test(`${what}: ${progress}`, (t) => {
    t.is(judgeAof(state(before), state(now), saw), progress);
  });
}
