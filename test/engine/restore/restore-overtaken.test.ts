// Readers take no lock: a backup that begins and ends while they read moves what they are reading, and
// they must not notice. The backup is run at each of a reader's checkpoints in turn.
import test, { type ExecutionContext } from 'ava';

import type { RunContext } from '../../../src/engine/run/run-context.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { layNight } from '../../support/repository/four-nights.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';

interface Overtaking {
  readonly context: RunContext;
  readonly hasHappened: () => boolean;
}

/** A context in which a third backup is made at the n-th checkpoint. */
function overtakingAt(n: number, history: RecordedHistory): Overtaking {
  let count = 0;
  let happened = false;
  const checkpoint = async (): Promise<void> => {
    count += 1;
    if (count !== n) return;
    happened = true;
    await layNight(history.source, 3);
    await history.backUp();
  };
  return { context: { ...history.context, checkpoint }, hasHappened: () => happened };
}

async function recordTwo(t: ExecutionContext): Promise<RecordedHistory> {
  const history = await RecordedHistory.begin(t);
  await layNight(history.source, 1);
  await history.backUp();
  await layNight(history.source, 2);
  await history.backUp();
  return history;
}

for (const id of [1, 2]) {
  test(`snapshot ${id} comes back whole although a backup ends while it is restored`, async (t) => {
    for (let n = 1; ; n += 3) {
      const history = await recordTwo(t);
      const { time, tree } = history.snapshot(id);
      const { context, hasHappened } = overtakingAt(n, history);
      await history.restore(history.at('restored'), { at: time, context });
      const differences = treeDifferences(tree, await readTree(history.at('restored')));
      t.deepEqual(differences, [], `at checkpoint ${n}`);
      if (!hasHappened()) {
        t.true(n > 6, `${n} checkpoints`);
        return;
      }
    }
  });
}

test('verify finds nothing wrong although a backup ends while it reads', async (t) => {
  for (let n = 1; ; n += 5) {
    const history = await recordTwo(t);
    const { context, hasHappened } = overtakingAt(n, history);
    const { problems, notes } = await history.verify({ context });
    t.deepEqual(problems, [], `at checkpoint ${n}`);
    t.deepEqual(notes, [], `at checkpoint ${n}`);
    if (!hasHappened()) {
      t.true(n > 6, `${n} checkpoints`);
      return;
    }
  }
});
