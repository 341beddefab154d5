import test from 'ava';
import { planChains } from '../../../src/repository/removal/plan-chains.js';

/** A delta that a removal has made has a high number, wherever it is in the chain. */
const delta = (id: number, resultId: number, basisId: number) =>
  ({ id, kind: 'delta', resultId, basisId, storedBytes: 1 }) as const;

test('runs of one file follow one another from its mirror on, whatever their numbers are', (t) => {
  const [dump, aof] = [100, 200];
  const increments = [
    delta(90, 1, 2),
    delta(2, 2, 3),
    delta(80, 3, 4),
    delta(4, 4, dump),
    delta(5, 11, 12),
    delta(6, 12, 13),
    delta(7, 13, 14),
    delta(8, 14, aof),
  ];
  const needed = new Set([1, 3, dump, 11, 13, aof]);
  const { composed } = planChains(increments, (id) => needed.has(id));
  t.deepEqual(
    composed.map(({ run }) => run.at(-1)?.resultId),
    [3, 1, 13, 11],
  );
});

test('a damaged catalog that leads in a circle is ordered, too', (t) => {
  const increments = [delta(1, 1, 2), delta(2, 2, 3), delta(3, 3, 4), delta(4, 4, 3)];
  const { composed } = planChains(increments, (id) => id === 1 || id === 3);
  t.is(composed.length, 1);
});
