// The third backup of a history, cut off at each of its mutations in turn.
import type { ExecutionContext } from 'ava';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import { HookedFileSystem, type NthMutation } from '../files/hooked-file-system.js';
import { removeTree } from '../files/temporary-directory.js';
import { fingerprint, isMendedByNext, isWhole } from '../repository/whole-repository.js';
import type { EventfulHistory } from '../sandbox/eventful-history.js';
import type { Sandbox } from '../sandbox/sandbox.js';

/** What a backup ended in. */
export type Ending = BackupReport | Error;

/**
 * Tries the backup with a fault at each of its mutations, until none is reached. After each the
 * snapshots that there are must be whole, and the next backup must put right what is left. What has
 * been left behind just so before is not looked at again.
 * @param strike makes the n-th mutation the one
 * @param check is told how the backup ended and how many snapshots there are now
 */
export async function atEachMutation(
  t: ExecutionContext,
  history: EventfulHistory,
  strike: (n: number) => NthMutation,
  check: (ending: Ending, snapshots: number, when: string) => void,
): Promise<void> {
  const seen = new Set<string>();
  for (let n = 1; ; n += 1) {
    const mutation = strike(n);
    const sandbox = await history.copyRepository();
    const ending = await backupWith(sandbox, mutation);
    if (!mutation.hasStruck()) {
      t.true(n > 40, `${n} mutations`);
      return;
    }
    const when = `mutation ${n}`;
    check(ending, sandbox.list().length, when);
    const state = await fingerprint(sandbox);
    if (!seen.has(state)) {
      await isWhole(t, sandbox, history.states, when);
      await isMendedByNext(t, sandbox, history.states[2], when);
    }
    seen.add(state);
    await removeTree(sandbox.repository);
  }
}

/** All backups begin at the same time, so that equal states are equal to the byte. */
async function backupWith(sandbox: Sandbox, mutation: NthMutation): Promise<Ending> {
  const fileSystem = new HookedFileSystem(mutation.hook, { sync: false });
  try {
    return await sandbox.backup({ context: { fileSystem } });
  } catch (error) {
    return error as Error;
  } finally {
    sandbox.context.advance(-60);
  }
}
