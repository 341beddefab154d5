// The name that a mistyped word most likely meant is found.
import test from 'ava';
import { editDistance, nearestName } from '../../src/cli/nearest-name.js';

const DISTANCES: [from: string, to: string, distance: number][] = [
  ['', '', 0],
  ['', 'abc', 3],
  ['list', 'list', 0],
  ['lits', 'list', 1],
  ['lst', 'list', 1],
  ['verfy', 'verify', 1],
  ['restroe', 'restore', 1],
  ['info', 'list', 4],
  ['ca', 'abc', 3],
];

for (const [from, to, distance] of DISTANCES) {
  test(`'${from}' is ${distance} edits from '${to}'`, (t) => {
    t.is(editDistance(from, to), distance);
    t.is(editDistance(to, from), distance);
  });
}

test('short words are near at one edit, longer ones at two', (t) => {
  t.is(nearestName('inof', ['info']), 'info');
  t.is(nearestName('inxx', ['info']), null);
  t.is(nearestName('bakup-', ['backup']), 'backup');
  t.is(nearestName('bakxx-', ['backup']), null);
});

test('the nearest of several is named, and the first of equally near ones', (t) => {
  t.is(nearestName('exclud', ['include', 'exclude']), 'exclude');
  t.is(nearestName('aa', ['ab', 'ac']), 'ab');
});
