// The third backup of a history, cut off at each of its mutations in turn; and what must be
// true of a repository afterwards, whatever happened to it.
import type { ExecutionContext } from 'ava';
import * as fs from 'node:fs/promises';
import type { BackupReport } from '../../src/engine/reports.js';
import { type BackupPlace, lookNames, withoutOurs } from './backup-place.js';
import { readTree, treeDifferences } from './directory-tree.js';
import type { EventfulHistory } from './eventful-history.js';
import { HookedFileSystem, type NthMutation } from './hooked-file-system.js';
import { removeTree } from './temporary-directory.js';

/** What a backup ended in. */
export type Ending = BackupReport | Error;

/** Everything as a later run finds it, without the waiting for the disk. */
const quick = new HookedFileSystem(() => {}, { sync: false });

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
    const place = await history.copyRepository();
    const ending = await backupWith(place, mutation);
    if (!mutation.hasStruck()) {
      t.true(n > 40, `${n} mutations`);
      return;
    }
    const when = `mutation ${n}`;
    check(ending, place.snapshots().length, when);
    const state = await fingerprint(place);
    if (!seen.has(state)) {
      await isWhole(t, place, history, when);
      await isMendedByNext(t, place, history, when);
    }
    seen.add(state);
    await removeTree(place.repository);
  }
}

/** All backups begin at the same time, so that equal states are equal to the byte. */
async function backupWith(place: BackupPlace, mutation: NthMutation): Promise<Ending> {
  const fileSystem = new HookedFileSystem(mutation.hook, { sync: false });
  try {
    return await place.backup({ context: { ...place.context, fileSystem } });
  } catch (error) {
    return error as Error;
  } finally {
    place.context.advance(-60);
  }
}

/** Names, kinds, modes and contents of everything in the repository. */
async function fingerprint(place: BackupPlace): Promise<string> {
  const entries = Object.entries(await readTree(place.repository));
  return JSON.stringify(
    entries.map(([name, { type, mode, content }]) => [name, type, mode, content]),
  );
}

/** Each snapshot that there is restores as it was, and nothing is found wrong. */
async function isWhole(
  t: ExecutionContext,
  place: BackupPlace,
  { states }: EventfulHistory,
  when: string,
): Promise<void> {
  const context = { ...place.context, fileSystem: quick };
  const { length } = place.snapshots();
  t.deepEqual((await place.verify(context)).problems, [], when);
  for (let back = 0; back < length; back += 1) {
    const restored = await place.restoredTree(`${back}B`, '', context);
    const then = states[length - 1 - back] ?? {};
    t.deepEqual(treeDifferences(then, restored), [], `${when}, ${back}B`);
  }
}

/** The next backup makes everything right by itself, and leaves nothing lying about. */
async function isMendedByNext(
  t: ExecutionContext,
  place: BackupPlace,
  { states }: EventfulHistory,
  when: string,
): Promise<void> {
  const context = { ...place.context, fileSystem: quick };
  const { notes } = await place.backup({ context });
  place.context.advance(-60);
  t.deepEqual(lookNames(notes), [], when);
  t.deepEqual(treeDifferences(withoutOurs(states[2]), await place.mirror()), [], when);
  t.deepEqual(await fs.readdir(place.data('staging/new')), [], when);
  t.deepEqual(await fs.readdir(place.data('staging/old')), [], when);
  t.deepEqual((await place.verify(context)).problems, [], when);
  const { increments } = place.info();
  t.is((await fs.readdir(place.data('increments'))).length, increments, when);
}
