import test from 'ava';
import * as fc from 'fast-check';
import { type ChainsPlan, planChains } from '../../../src/repository/removal/plan-chains.js';

interface Link {
  readonly id: number;
  readonly kind: 'full' | 'delta';
  readonly resultId: number;
  readonly basisId: number | null;
  readonly storedBytes: number;
}

/** `made` by content: the content that its delta applies to, or null for a full copy. Others are in the mirror. */
function links(made: Readonly<Record<number, number | null>>): Link[] {
  return Object.entries(made).map(([result, basisId]) => ({
    id: Number(result) + 100,
    kind: basisId === null ? 'full' : 'delta',
    resultId: Number(result),
    basisId,
    storedBytes: 1,
  }));
}

function planned(made: Readonly<Record<number, number | null>>, needed: readonly number[]) {
  return shape(planChains(links(made), (id) => needed.includes(id)));
}

function shape({ dropped, composed }: ChainsPlan<Link>) {
  return {
    dropped: dropped.map(({ resultId }) => resultId),
    composed: composed.map(({ run, basisId }) => [run.map(({ resultId }) => resultId), basisId]),
  };
}

test('a chain keeps its increments where all of its contents are needed', (t) => {
  t.deepEqual(planned({ 1: 2, 2: 3, 3: 9 }, [1, 2, 3, 9]), { dropped: [], composed: [] });
});

test('the oldest of a chain goes, and nothing is composed', (t) => {
  t.deepEqual(planned({ 1: 2, 2: 3, 3: 9 }, [2, 3, 9]), { dropped: [1], composed: [] });
  t.deepEqual(planned({ 1: 2, 2: 3, 3: 9 }, [9]), { dropped: [1, 2, 3], composed: [] });
});

test('a run in the middle becomes one increment, in the order of patching', (t) => {
  t.deepEqual(planned({ 1: 2, 2: 3, 3: 4, 4: 9 }, [1, 4, 9]), {
    dropped: [],
    composed: [[[3, 2, 1], 4]],
  });
  t.deepEqual(planned({ 1: 2, 2: 3, 3: 4, 4: 9 }, [1, 9]), {
    dropped: [],
    composed: [[[4, 3, 2, 1], 9]],
  });
});

test('a run that begins with a full copy becomes a full copy', (t) => {
  t.deepEqual(planned({ 1: 2, 2: null }, [1, 9]), { dropped: [], composed: [[[2, 1], null]] });
});

test('a content stays as a basis where two ways lead on from it, and is composed away where one does', (t) => {
  const made = { 1: 3, 2: 3, 3: 4, 4: 9 };
  t.deepEqual(planned(made, [1, 2, 9]), { dropped: [], composed: [[[4, 3], 9]] });
  t.deepEqual(planned(made, [1, 9]), { dropped: [2], composed: [[[4, 3, 1], 9]] });
});

test('a damaged catalog is left as it is: a content that is nowhere, and a circle', (t) => {
  t.deepEqual(planned({ 1: 2, 2: 7 }, [1, 9]), { dropped: [], composed: [] });
  t.deepEqual(planned({ 1: 2, 2: 3, 3: 2 }, [1, 9]), { dropped: [], composed: [] });
});

/** Content 0 is in the mirror. Each other one applies to one with a smaller number, or is a full copy. */
const FOREST = fc
  .array(fc.tuple(fc.nat(), fc.boolean(), fc.nat(9)), { minLength: 1, maxLength: 40 })
  .map((nodes) => ({
    made: Object.fromEntries(
      nodes.map(([choice, needed, full], index) => {
        void needed;
        return [index + 1, full === 0 ? null : choice % (index + 1)];
      }),
    ),
    needed: new Set([0, ...nodes.flatMap(([, needed], index) => (needed ? [index + 1] : []))]),
  }));

test('in random histories each needed content stays reachable, and nothing stays that is no basis of two', (t) => {
  fc.assert(
    fc.property(FOREST, ({ made, needed }) => {
      const plan = planChains(links(made), (id) => needed.has(id));
      const after = new Map(links(made).map((link) => [link.resultId, link.basisId]));
      for (const { resultId } of plan.dropped) after.delete(resultId);
      for (const { run, basisId } of plan.composed) {
        for (const { resultId } of run) after.delete(resultId);
        after.set((run.at(-1) as Link).resultId, basisId);
        for (const [index, link] of run.entries()) {
          if (index > 0) t.is(link.basisId, (run[index - 1] as Link).resultId);
        }
        t.is(run[0].basisId, basisId);
      }
      for (const id of needed) {
        let at: number | null = id;
        for (let steps = 0; at !== null && at !== 0; steps += 1) {
          t.true(after.has(at) && steps <= 40);
          at = after.get(at) ?? null;
        }
      }
      for (const [id] of after) {
        const dependents = [...after.values()].filter((basisId) => basisId === id);
        t.true(needed.has(id) || dependents.length >= 2, `content ${id}`);
      }
      // Planned again, there is nothing left to do.
      const left = [...after].map(([resultId, basisId]) => ({
        id: resultId,
        kind: basisId === null ? ('full' as const) : ('delta' as const),
        resultId,
        basisId,
        storedBytes: 1,
      }));
      t.deepEqual(shape(planChains(left, (id) => needed.has(id))), { dropped: [], composed: [] });
    }),
    { numRuns: 500 },
  );
});
