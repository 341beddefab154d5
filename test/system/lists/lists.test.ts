// Lists that are longer than the stack.
import test from 'ava';
import { addToGroup, append, greatest } from '../../../src/system/lists/lists.js';

const MANY = 500_000;

test('append adds all items in order, however many', (t) => {
  const list = [-1];
  append(
    list,
    Array.from({ length: MANY }, (_, index) => index),
  );
  t.is(list.length, MANY + 1);
  t.deepEqual([list[0], list[1], list.at(-1)], [-1, 0, MANY - 1]);
});

test('greatest finds the greatest number, and none below the least', (t) => {
  t.is(
    greatest(
      Array.from({ length: MANY }, (_, index) => index),
      0,
    ),
    MANY - 1,
  );
  t.is(greatest([], 7), 7);
  t.is(greatest([3, 9, 4], 0), 9);
  t.is(greatest([3], 7), 7);
});

test('addToGroup keeps the order of keys and of items', (t) => {
  const groups = new Map<string, number[]>();
  for (const [key, item] of [
    ['b', 1],
    ['a', 2],
    ['b', 3],
  ] as const)
    addToGroup(groups, key, item);
  t.deepEqual(
    [...groups],
    [
      ['b', [1, 3]],
      ['a', [2]],
    ],
  );
});
