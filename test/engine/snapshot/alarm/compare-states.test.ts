import test from 'ava';
import {
  type AlarmReason,
  compareStates,
} from '../../../../src/engine/snapshot/alarm/compare-states.js';
import type {
  DataState,
  DataUnit,
  KeyCounts,
} from '../../../../src/engine/snapshot/alarm/data-state.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';

const DUMP = pathFromText('dump.rdb');
const AOF = pathFromText('appendonly.aof');

function counts(
  databases: Readonly<Record<number, number>>,
  types: Readonly<Record<string, number>> = {},
): KeyCounts {
  const entries = Object.entries(databases).map(
    ([database, keys]) => [Number(database), keys] as const,
  );
  return {
    keys: entries.reduce((sum, [, keys]) => sum + keys, 0),
    databases: new Map(entries),
    types: new Map(Object.entries(types)),
  };
}

function dump(unit: Partial<DataUnit> = {}): DataUnit {
  return {
    path: DUMP,
    what: 'dump',
    bytes: 1000,
    logBytes: 0,
    loads: true,
    counts: counts({ 0: 100 }),
    ...unit,
  };
}

function aof(unit: Partial<DataUnit> = {}): DataUnit {
  return { ...dump(), path: AOF, what: 'aof', logBytes: 5000, ...unit };
}

function state(units: readonly DataUnit[], server: KeyCounts | null = null): DataState {
  return { units: new Map(units.map((unit) => [unit.path, unit])), server };
}

function compare(before: DataState, now: DataState, percent = 50) {
  return compareStates(before, now, percent).map(shape);
}

function shape({ kind, path, database, type, before, now }: AlarmReason): unknown[] {
  return [kind, path, database, type, before, now].filter((value) => value !== null);
}

test('the same data, more of it, and half of it raise no alarm', (t) => {
  for (const now of [
    dump(),
    dump({ bytes: 5000 }),
    dump({ bytes: 500, counts: counts({ 0: 50 }) }),
  ]) {
    t.deepEqual(compare(state([dump()]), state([now])), []);
  }
  t.deepEqual(compare(state([]), state([dump()])), []);
});

test('a dump that vanished, is empty, or does not load any more is said alone', (t) => {
  const before = state([dump()]);
  t.deepEqual(compare(before, state([])), [['vanished', DUMP]]);
  t.deepEqual(compare(before, state([dump({ bytes: 0, counts: null })])), [['empty', DUMP]]);
  t.deepEqual(compare(before, state([dump({ bytes: 88, counts: counts({}) })])), [['empty', DUMP]]);
  t.deepEqual(compare(before, state([dump({ bytes: 10, loads: false })])), [
    ['does-not-load', DUMP],
  ]);
});

test('what was never sound or never held a key raises no alarm when it stays so or goes', (t) => {
  const broken = dump({ loads: false, counts: null });
  t.deepEqual(compare(state([broken]), state([broken])), []);
  const none = dump({ bytes: 88, counts: counts({}) });
  t.deepEqual(compare(state([none]), state([none])), []);
  t.deepEqual(compare(state([none]), state([])), []);
  const unknown = dump({ loads: null });
  t.deepEqual(compare(state([dump()]), state([unknown])), []);
});

test('more than half of the bytes or of the keys is a reason, or another share', (t) => {
  const before = state([dump({ counts: null })]);
  t.deepEqual(compare(before, state([dump({ bytes: 499, counts: null })])), [
    ['fewer-bytes', DUMP, 1000, 499],
  ]);
  t.deepEqual(compare(before, state([dump({ bytes: 899, counts: null })]), 10), [
    ['fewer-bytes', DUMP, 1000, 899],
  ]);
  t.deepEqual(compare(before, state([dump({ bytes: 1, counts: null })]), 100), []);
  t.deepEqual(compare(state([dump()]), state([dump({ counts: counts({ 0: 49 }) })])), [
    ['fewer-keys', DUMP, 100, 49],
  ]);
});

test('a database and a type are looked at by themselves from 1,000 keys on', (t) => {
  const before = state([
    dump({ counts: counts({ 0: 9000, 1: 1000, 2: 999 }, { hash: 1000, list: 999, string: 9000 }) }),
  ]);
  const now = state([dump({ counts: counts({ 0: 9000, 2: 0 }, { string: 9000, hash: 499 }) })]);
  t.deepEqual(compare(before, now), [
    ['fewer-keys', DUMP, 1, 1000, 0],
    ['fewer-keys', DUMP, 'hash', 1000, 499],
  ]);
});

test('the counts of the server are compared where no file says that keys were lost', (t) => {
  const before = state([dump()], counts({ 0: 100 }));
  const flushed = counts({});
  t.deepEqual(compare(before, state([dump()], flushed)), [['fewer-keys', 100, 0]]);
  t.deepEqual(compare(before, state([dump({ counts: counts({ 0: 1 }) })], flushed)), [
    ['fewer-keys', DUMP, 100, 1],
  ]);
  t.deepEqual(compare(before, state([dump()], null)), []);
});

test('an AOF whose keys are all in its log raises an alarm when it is gone, empty or much shorter', (t) => {
  const unrewritten = { bytes: 88, counts: counts({}) };
  const before = state([aof(unrewritten)]);
  const compareWith = (unit: Partial<DataUnit>) => compare(before, state([aof(unit)]));
  t.deepEqual(compare(before, state([])), [['vanished', AOF]]);
  t.deepEqual(compareWith({ ...unrewritten, logBytes: 0 }), [['empty', AOF]]);
  t.deepEqual(compareWith({ ...unrewritten, logBytes: 90 }), [['fewer-bytes', AOF, 5088, 178]]);
  t.deepEqual(compareWith({ ...unrewritten, logBytes: 4000 }), []);
  t.deepEqual(compareWith({ bytes: 60, counts: counts({ 0: 1 }), logBytes: 0 }), []);
});

test('a rewrite raises no alarm, and one that leaves no keys does', (t) => {
  const set = state([aof()]);
  t.deepEqual(compare(set, state([aof({ logBytes: 0 })])), []);
  t.deepEqual(compare(set, state([aof({ counts: counts({}), bytes: 88, logBytes: 90 })])), [
    ['fewer-keys', AOF, 100, 0],
    ['fewer-bytes', AOF, 1000, 88],
  ]);
  const file = { bytes: null, logBytes: 9000 };
  t.deepEqual(compare(state([aof(file)]), state([aof({ ...file, logBytes: 1000 })])), []);
  const log = state([aof({ bytes: 9000, counts: null, logBytes: 0 })]);
  t.deepEqual(compare(log, state([aof({ ...file, logBytes: 1000 })])), []);
  t.deepEqual(compare(log, state([aof({ ...file, counts: counts({}), logBytes: 120 })])), [
    ['fewer-bytes', AOF, 9000, 120],
  ]);
});
