// What a repair did, and that every snapshot restores after the repair.
import type { ExecutionContext } from 'ava';

import type { RepairReport } from '../../../src/engine/repair/repair-report.js';
import { removeTree } from '../../support/files/temporary-directory.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { type Sandbox } from '../../support/sandbox/sandbox.js';

export function kinds({ repairs }: RepairReport): string[] {
  return repairs.map(({ kind, path: name }) => `${kind} ${name}`);
}

/** Every snapshot up to the last one given restores as it was. */
export async function allRestore(t: ExecutionContext, sandbox: Sandbox, last = 4): Promise<void> {
  for (const { id, time, tree } of sandbox.recorded.slice(0, last)) {
    const to = sandbox.at(`restored-${id}`);
    await sandbox.restore({ time, to });
    t.deepEqual(treeDifferences(tree, await readTree(to)), [], `snapshot ${id}`);
    await removeTree(to);
  }
}
