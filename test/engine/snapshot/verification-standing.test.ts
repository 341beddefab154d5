// What several verifications say together.
import test from 'ava';
import type { VerificationRecord } from '../../../src/catalog/records.js';
import { standingOf } from '../../../src/engine/snapshot/verification-standing.js';

function record(changes: Partial<VerificationRecord>): VerificationRecord {
  return {
    mode: 'full',
    snapshot: null,
    roundStartedAtSeconds: 10,
    startedAtSeconds: 20,
    finishedAtSeconds: 30,
    problems: 0,
    checkedContents: 1,
    checkedBytes: 1,
    leftContents: 0,
    leftBytes: 0,
    ...changes,
  };
}

const PART = record({ mode: 'timed', leftContents: 1 });

test('every byte is known from a full one, or from the beginning of a round that is through', (t) => {
  t.deepEqual(standingOf([]), { wholeSinceSeconds: null, problems: 0 });
  t.is(standingOf([record({})]).wholeSinceSeconds, 30);
  t.is(standingOf([record({ mode: 'timed' })]).wholeSinceSeconds, 10);
  t.is(standingOf([PART, record({ mode: 'timed' }), record({})]).wholeSinceSeconds, 10);
  for (const other of [PART, record({ mode: 'quick' }), record({ mode: 'sample' })]) {
    t.is(standingOf([other]).wholeSinceSeconds, null);
  }
  t.is(standingOf([record({ snapshot: 3 })]).wholeSinceSeconds, null);
});

test('what was found stays until everything was clean', (t) => {
  const found = record({ mode: 'timed', leftContents: 5, problems: 2 });
  t.is(standingOf([found]).problems, 2);
  t.is(standingOf([PART, found, record({})]).problems, 2);
  t.is(standingOf([record({}), found]).problems, 0);
  t.is(standingOf([PART, record({ problems: 1 }), record({ problems: 9 })]).problems, 1);
});
