// One damaged repository, tried with every command: what each ends in, which snapshots come back as they
// were, and that what verify names is just what restore refuses.
import type { ExecutionContext } from 'ava';

import { formatRanges } from '../../../src/cli/output/quantities.js';
import type { VerifyReport } from '../../../src/engine/verify/verify-report.js';
import { CorruptError } from '../../../src/errors.js';
import { formatPath, pathFromBytes } from '../../../src/system/files/byte-path.js';
import { exitCode } from '../program/exit-code.js';
import { HastyFileSystem } from '../files/hasty-file-system.js';
import { removeTree } from '../files/temporary-directory.js';
import { type Tree, readTree, treeDifferences } from '../files/directory-tree.js';
import { isRoot } from '../program/is-root.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { RecordedSnapshot } from '../sandbox/sandbox-options.js';

/** Exit codes; snapshots as ranges such as `1-2, 5`, or `none`. */
export interface DamageOutcome {
  readonly list: number;
  readonly verify: number;
  /** The snapshots that restore as they were. */
  readonly whole: string;
  readonly backup: number;
  /** The same after the backup, the new one among them. */
  readonly after: string;
}

/** @param history its snapshots are what the repository should hold, its source is backed up */
export async function tryDamaged(
  t: ExecutionContext,
  sandbox: Sandbox,
  expected: DamageOutcome,
): Promise<void> {
  const count = sandbox.recorded.length;
  t.is(await exitCode(() => ({ snapshots: sandbox.list() })), expected.list, 'list');
  const { whole, lost } = await restoreAll(t, sandbox, count);
  t.is(whole, expected.whole, 'whole');
  let verified: VerifyReport | null = null;
  const verify = async (): Promise<VerifyReport> => (verified = await sandbox.verify());
  t.is(await exitCode(verify), expected.verify, 'verify');
  if (verified !== null) agrees(t, verified, lost);

  const backup = async () => sandbox.backup({ force: true, afterSeconds: 0 });
  t.is(await exitCode(backup), expected.backup, 'backup');
  t.is((await restoreAll(t, sandbox, count + 1)).whole, expected.after, 'after');
}

/** What verify names is what restore refuses; a snapshot whose rows are damaged is refused as a whole. */
function agrees(t: ExecutionContext, { problems }: VerifyReport, lost: readonly string[]): void {
  const isOfRows = ({ kind }: (typeof problems)[number]): boolean => kind === 'catalog';
  const refused = new Set(problems.filter(isOfRows).flatMap(({ snapshots }) => snapshots));
  const named = problems
    .filter((problem) => !isOfRows(problem))
    .flatMap(({ path, snapshots }) => snapshots.map((id) => `${path}@${id}`));
  const isOfOthers = (name: string): boolean => !refused.has(Number(name.split('@').at(-1)));
  t.deepEqual(
    [...new Set(named)].filter(isOfOthers).toSorted(),
    lost.filter(isOfOthers),
    'what verify names is lost',
  );
}

interface Restored {
  /** The snapshots that came back as they were, as ranges. */
  readonly whole: string;
  /** `path@snapshot` of each file that did not. */
  readonly lost: string[];
}

/** Restores each snapshot at once, and, where that is refused, file by file. */
async function restoreAll(t: ExecutionContext, sandbox: Sandbox, last: number): Promise<Restored> {
  const whole: number[] = [];
  const lost: string[] = [];
  for (const snapshot of sandbox.recorded.slice(0, last)) {
    const { id, time, tree } = snapshot;
    const to = sandbox.at(`restored-${id}`);
    try {
      await sandbox.restore({ time, to });
      const expected = isRoot ? tree : onlyContents(tree);
      const found = await readTree(to);
      t.deepEqual(treeDifferences(expected, isRoot ? found : onlyContents(found)), [], `${id}`);
      whole.push(id);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      lost.push(...(await lostFiles(t, sandbox, snapshot)));
    }
    await removeTree(to);
  }
  return { whole: formatRanges(whole) || 'none', lost: lost.toSorted() };
}

async function lostFiles(
  t: ExecutionContext,
  sandbox: Sandbox,
  { id, time, tree }: RecordedSnapshot,
): Promise<string[]> {
  const lost: string[] = [];
  for (const [name, entry] of Object.entries(tree)) {
    if (entry.type !== 'file') continue;
    const inside = formatPath(pathFromBytes(Buffer.from(name, 'latin1')));
    const to = sandbox.at('restored-file');
    try {
      const context = { fileSystem: new HastyFileSystem() };
      await sandbox.restore({ time, to, path: inside, context });
      t.is((await readTree(to))['.']?.content, entry.content, `${inside}@${id}`);
      await removeTree(to);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      lost.push(`${inside}@${id}`);
    }
  }
  return lost;
}

/** What a user who is not root can bring back. */
function onlyContents(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, entry]) => [
      name,
      { ...entry, mode: '', uid: 0, gid: 0, mtimeNs: '' },
    ]),
  );
}
