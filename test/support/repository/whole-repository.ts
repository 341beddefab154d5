// What must be true of a repository whatever happened to it: every listed snapshot is whole, and the next
// backup cleans up by itself.
import type { ExecutionContext } from 'ava';
import * as fs from 'node:fs/promises';
import { NoRepositoryError } from '../../../src/errors.js';
import { type Tree, readTree, treeDifferences, withoutOurs } from '../files/directory-tree.js';
import { HookedFileSystem } from '../files/hooked-file-system.js';
import { lookNames } from '../sandbox/note-names.js';
import type { Sandbox } from '../sandbox/sandbox.js';

/** Everything as a later run finds it, without the waiting for the disk. */
const quick = new HookedFileSystem(() => {}, { sync: false });

/** How many snapshots there are; none where the repository itself was not finished. */
export function countSnapshots(sandbox: Sandbox): number {
  try {
    return sandbox.list().length;
  } catch (error) {
    if (error instanceof NoRepositoryError) return 0;
    throw error;
  }
}

/**
 * Each snapshot that there is restores as it was, and nothing is found wrong.
 * @param states what SOURCE was at each snapshot, from the first on; null where that is not known
 */
export async function isWhole(
  t: ExecutionContext,
  sandbox: Sandbox,
  states: readonly (Tree | null)[],
  when: string,
): Promise<void> {
  const context = { ...sandbox.context, fileSystem: quick };
  const length = countSnapshots(sandbox);
  if (length === 0) return;
  t.deepEqual((await sandbox.verify({ context })).problems, [], when);
  for (let back = 0; back < length; back += 1) {
    const restored = await sandbox.restoredTree({ time: `${back}B`, context });
    const then = states[length - 1 - back];
    if (then === undefined) throw new Error(`${when}: a snapshot too many`);
    if (then !== null) t.deepEqual(treeDifferences(then, restored), [], `${when}, ${back}B`);
  }
}

/** Each snapshot that there is restores as the sandbox has recorded it, whichever are gone, and nothing is found wrong. */
export async function isAsRecorded(
  t: ExecutionContext,
  sandbox: Sandbox,
  when: string,
): Promise<void> {
  const context = { ...sandbox.context, fileSystem: quick };
  const { problems, notes } = await sandbox.verify({ context });
  t.deepEqual([problems, lookNames(notes)], [[], []], when);
  for (const { id } of sandbox.list()) {
    const restored = await sandbox.restoredTree({ time: `#${id}`, context });
    const { tree } = sandbox.snapshot(id);
    t.deepEqual(treeDifferences(tree, restored), [], `${when}, snapshot ${id}`);
  }
}

/** A real process before this may have had the machine's clock, and a clock that stands still must not be behind it. */
function catchUp({ context }: Sandbox): void {
  context.setTime(Math.max(context.clock.nowMs(), Date.now() + 10_000));
}

/**
 * The next backup makes everything right by itself, and leaves nothing lying about.
 * @param now what SOURCE is
 */
export async function isMendedByNext(
  t: ExecutionContext,
  sandbox: Sandbox,
  now: Tree,
  when: string,
): Promise<void> {
  catchUp(sandbox);
  const context = { ...sandbox.context, fileSystem: quick };
  const { notes } = await sandbox.backup({ context });
  sandbox.context.advance(-60);
  t.deepEqual(lookNames(notes), [], when);
  t.deepEqual(treeDifferences(withoutOurs(now), await sandbox.mirror()), [], when);
  t.deepEqual(await fs.readdir(sandbox.data('staging')), ['new', 'old'], when);
  t.deepEqual(await fs.readdir(sandbox.data('staging/new')), [], when);
  t.deepEqual(await fs.readdir(sandbox.data('staging/old')), [], when);
  const verified = await sandbox.verify({ context });
  t.deepEqual([verified.problems, verified.notes], [[], []], when);
  const { increments } = sandbox.info();
  t.is((await fs.readdir(sandbox.data('increments'))).length, increments, when);
}

/** Names, kinds, modes and contents of everything in the repository: what is alike need be looked at once. */
export async function fingerprint(sandbox: Sandbox): Promise<string> {
  const entries = Object.entries(await readTree(sandbox.repository));
  return JSON.stringify(
    entries.map(([name, { type, mode, content }]) => [name, type, mode, content]),
  );
}
