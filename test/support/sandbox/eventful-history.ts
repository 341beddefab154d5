// A SOURCE with a past of two snapshots, changed for the third in every way that a commit has to
// follow, and copies of the repository to try that third backup on, again and again.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { copyTree } from '../files/copy-tree.js';
import { type Tree, readTree } from '../files/directory-tree.js';
import type { TeardownContext } from '../files/temporary-directory.js';
import { SeededRandom } from '../program/seeded-random.js';
import { type Sandbox, createSandbox } from './sandbox.js';

const [DUMP, AOF, RETURNS] = [
  randomBytes('dump', 9000),
  randomBytes('aof', 3000),
  randomBytes('returns', 2000),
];

export interface EventfulHistory {
  /** SOURCE as of both snapshots, and as it is now. */
  readonly states: readonly [Tree, Tree, Tree];
  /** The same place with a fresh copy of the repository, as the second snapshot left it. */
  readonly copyRepository: () => Promise<Sandbox>;
}

/** What each night makes of SOURCE before it is backed up. */
export const EVENTFUL_NIGHTS: readonly ((sandbox: Sandbox) => Promise<void>)[] = [
  async (sandbox) => {
    await sandbox.write('dump.rdb', DUMP);
    await sandbox.write('returns', RETURNS);
    await sandbox.write('aof/1.aof', AOF);
    await sandbox.write('aof/x.manifest', 'file 1.aof');
    await sandbox.write('becomes-folder', randomBytes('becomes-folder', 500));
    await sandbox.write('becomes-file/within/deep', randomBytes('deep', 500));
    await sandbox.write('old-name', randomBytes('renamed', 800));
    await sandbox.write('short-lived', randomBytes('short-lived', 200));
    await fs.symlink('dump.rdb', at(sandbox, 'becomes-other-link'));
  },
  async (sandbox) => {
    await sandbox.write('dump.rdb', Buffer.concat([DUMP.subarray(0, 4000), DUMP.subarray(4100)]));
    await sandbox.write('returns', randomBytes('another', 2000));
    await sandbox.write('goes/within', randomBytes('goes', 700));
    await sandbox.write('touched', 'as ever');
    await fs.rm(at(sandbox, 'short-lived'));
  },
  async (sandbox) => {
    const edit = randomBytes('edit', 50);
    await sandbox.write('dump.rdb', Buffer.concat([DUMP.subarray(0, 6000), edit]));
    await sandbox.write('returns', RETURNS);
    await fs.appendFile(at(sandbox, 'aof/1.aof'), randomBytes('tail', 400));
    await sandbox.write('aof/2.aof', randomBytes('2.aof', 100));
    await sandbox.write('aof/x.manifest', 'file 2.aof');
    await fs.rm(at(sandbox, 'becomes-folder'));
    await sandbox.write('becomes-folder/now', randomBytes('now', 300));
    await fs.rm(at(sandbox, 'becomes-file'), { recursive: true });
    await sandbox.write('becomes-file', randomBytes('file now', 300));
    await fs.rm(at(sandbox, 'becomes-other-link'));
    await fs.symlink('aof', at(sandbox, 'becomes-other-link'));
    await fs.rm(at(sandbox, 'goes'), { recursive: true });
    await fs.rename(at(sandbox, 'old-name'), at(sandbox, 'new-name'));
    await fs.chmod(at(sandbox, 'touched'), 0o640);
  },
];

export async function createEventfulHistory(
  t: TeardownContext,
  madePlace?: Sandbox,
): Promise<EventfulHistory> {
  const sandbox = madePlace ?? (await createSandbox(t));
  const states: Tree[] = [];
  for (const [night, change] of EVENTFUL_NIGHTS.entries()) {
    if (night > 0) await sandbox.backup();
    await change(sandbox);
    states.push(await settle(sandbox.source));
  }
  const [first = {}, second = {}, third = {}] = states;
  return offerCopies(sandbox, [first, second, third]);
}

/** The same with files so large that their deltas are made on another thread. */
export async function createLargeHistory(t: TeardownContext): Promise<EventfulHistory> {
  const sandbox = await createSandbox(t);
  const page = new SeededRandom('large').bytes(64 << 10);
  const dump = Buffer.alloc((4 << 20) + 1000, page);
  const states: Tree[] = [];
  for (const night of ['first', 'second', 'third']) {
    if (night !== 'first') await sandbox.backup();
    const changed = new SeededRandom(night).bytes(500);
    changed.copy(dump, 2_000_000);
    await sandbox.write('dump.rdb', dump);
    await sandbox.write('base.rdb', dump.subarray(0, -500));
    await sandbox.append('grows.aof', states.length === 0 ? dump : changed);
    states.push(await settle(sandbox.source));
  }
  const [first = {}, second = {}, third = {}] = states;
  return offerCopies(sandbox, [first, second, third]);
}

function offerCopies(sandbox: Sandbox, states: EventfulHistory['states']): EventfulHistory {
  let copies = 0;
  return {
    states,
    async copyRepository() {
      copies += 1;
      const copy = sandbox.withRepository(sandbox.at(`copy-${copies}`));
      await copyTree(sandbox.repository, copy.repository);
      return copy;
    },
  };
}

/** Gives everything a time in whole seconds, which is set without another process; tells what is there. */
export async function settle(root: string): Promise<Tree> {
  for (const name of Object.keys(await readTree(root))) {
    await fs.lutimes(path.join(root, name), 1_700_000_000, 1_700_000_000);
  }
  return readTree(root);
}

function randomBytes(seed: string, length: number): Buffer {
  return new SeededRandom(seed).bytes(length);
}

function at(sandbox: Sandbox, name: string): string {
  return sandbox.inSource(name);
}

/** Both histories, with words for the title of a test that is run on each. */
export const HISTORIES = [
  { files: 'files of every kind', create: createEventfulHistory },
  { files: 'large files', create: createLargeHistory },
] as const;
