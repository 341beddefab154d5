// Readers take no lock. A backup that begins and ends while they read moves the files that they read, and
// the result must be the same. The backup is run at each of a reader's checkpoints in turn.
import test, { type ExecutionContext } from 'ava';

import type { RunContext } from '../../../src/engine/run/run-context.js';
import { layNight } from '../../support/sandbox/four-nights.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

interface Overtaking {
  readonly context: Partial<RunContext>;
  readonly hasHappened: () => boolean;
}

/** A context in which a third backup is made at the n-th checkpoint. */
function overtakingAt(n: number, sandbox: Sandbox): Overtaking {
  let count = 0;
  let happened = false;
  const checkpoint = async (): Promise<void> => {
    count += 1;
    if (count !== n) return;
    happened = true;
    await layNight(sandbox.source, 3);
    await sandbox.backup();
  };
  return { context: { checkpoint }, hasHappened: () => happened };
}

async function recordTwo(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  await layNight(sandbox.source, 1);
  await sandbox.backup();
  await layNight(sandbox.source, 2);
  await sandbox.backup();
  return sandbox;
}

for (const id of [1, 2]) {
  test(`snapshot ${id} comes back whole although a backup ends while it is restored`, async (t) => {
    for (let n = 1; ; n += 3) {
      const sandbox = await recordTwo(t);
      const { time, tree } = sandbox.snapshot(id);
      const { context, hasHappened } = overtakingAt(n, sandbox);
      await sandbox.restore({ time, to: sandbox.at('restored'), context });
      const differences = treeDifferences(tree, await readTree(sandbox.at('restored')));
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
    const sandbox = await recordTwo(t);
    const { context, hasHappened } = overtakingAt(n, sandbox);
    const { problems, notes } = await sandbox.verify({ context });
    t.deepEqual(problems, [], `at checkpoint ${n}`);
    t.deepEqual(notes, [], `at checkpoint ${n}`);
    if (!hasHappened()) {
      t.true(n > 6, `${n} checkpoints`);
      return;
    }
  }
});
