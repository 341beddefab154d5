// Which command goes on with a recovery that an earlier run has begun.
import test from 'ava';
import { type WantedSnapshot, findBegun } from '../../../src/engine/recover/find-begun.js';
import type { Step } from '../../../src/engine/recover/journal/journal-entries.js';
import type { CommandRun } from '../../../src/engine/recover/recovery-run.js';
import { UsageError } from '../../../src/errors.js';

const TIME: WantedSnapshot = { typed: '2D', contentDigest: null };
const ARCHIVE: WantedSnapshot = { typed: 'one.age', contentDigest: 'd1' };

function find(begunWith: WantedSnapshot, wanted: WantedSnapshot, steps: readonly Step[]) {
  const { typed: time, contentDigest: archive } = begunWith;
  const state = {
    record: { id: 'R', snapshotId: 4, time, archive },
    direction: 'forward',
    outcome: null,
    begun: new Set(steps),
  };
  const run = { journals: [{ state }], request: { toType: { undo: 'UNDO' } } };
  return findBegun(run as unknown as CommandRun, wanted);
}

const STOPPED: readonly Step[] = ['keep-present', 'stop'];

test('the same TIME, the number of the snapshot, or an archive of the same files goes on', (t) => {
  t.true(find(TIME, TIME, STOPPED)?.isUnderWay);
  t.true(find(TIME, { typed: '#4', contentDigest: null }, STOPPED)?.isUnderWay);
  t.true(find(ARCHIVE, { typed: '-', contentDigest: 'd1' }, STOPPED)?.isUnderWay);
  t.false(find(ARCHIVE, ARCHIVE, ['keep-present'])?.isUnderWay);
});

test('another snapshot is refused from the stop of the server on, and begins anew before', (t) => {
  const others = [
    [TIME, { typed: '3D', contentDigest: null }, /begun with -r '2D'/, /give -r '#4'.*UNDO/],
    [TIME, { typed: '2D', contentDigest: 'd1' }, /begun with -r '2D'/, /give -r '#4'.*UNDO/],
    [ARCHIVE, { typed: '#4', contentDigest: null }, /with --from 'one.age'/, /that archive.*UNDO/],
    [ARCHIVE, { typed: 'one.age', contentDigest: 'd2' }, /with --from/, /that archive.*UNDO/],
  ] as const;
  for (const [begunWith, wanted, message, hint] of others) {
    t.is(find(begunWith, wanted, ['keep-present']), null);
    const error = t.throws(() => find(begunWith, wanted, STOPPED), {
      instanceOf: UsageError,
      message,
    });
    t.regex(error.hint ?? '', hint);
  }
});
