// A signal is heard at a checkpoint. However many entries SOURCE has, a backup and a restore make few calls of
// the system between two checkpoints.
import { utimesSync } from 'node:fs';
import test from 'ava';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const FILES = 1200;
const MOST_CALLS = 1000;

/** Counts calls between two checkpoints, from the first to the last one. The last one comes before the commit. */
function countCalls(): Pick<RunContext, 'fileSystem' | 'checkpoint'> & { most: () => number } {
  let most = 0;
  let count = 0;
  let hasBegun = false;
  return {
    fileSystem: new HookedFileSystem(() => (count += 1), { sync: false }),
    checkpoint: async () => {
      if (hasBegun) most = Math.max(most, count);
      hasBegun = true;
      count = 0;
    },
    most: () => most,
  };
}

test('a signal is heard in any part of a backup of many files, and of their restore', async (t) => {
  const sandbox = await createSandbox(t);
  const writeAll = async (content: string): Promise<void> => {
    for (let n = 0; n < FILES; n += 1) {
      await sandbox.write(`file-${n}`, `${content} ${n}`);
      // Whole seconds are set without another process.
      utimesSync(sandbox.inSource(`file-${n}`), 1_700_000_000, 1_700_000_000);
    }
  };
  for (const [what, change] of [
    ['new', () => writeAll('first')],
    ['unchanged', async () => {}],
    ['changed', () => writeAll('second')],
  ] as const) {
    await change();
    const context = countCalls();
    await sandbox.backup({ context });
    t.true(context.most() > 0 && context.most() < MOST_CALLS, `${what}: ${context.most()} calls`);
  }
  for (const time of ['now', '1B']) {
    const context = countCalls();
    await sandbox.restore({ time, context });
    t.true(context.most() > 0 && context.most() < MOST_CALLS, `${time}: ${context.most()} calls`);
  }
});
