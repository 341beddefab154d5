// A SOURCE with a past of two snapshots, changed for the third in every way that a commit has to
// follow, and copies of the repository to try that third backup on, again and again.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type BackupPlace, copyTree, createBackupPlace } from './backup-place.js';
import { type Tree, readTree } from '../files/directory-tree.js';
import { SeededRandom } from '../program/seeded-random.js';
import type { TeardownContext } from '../files/temporary-directory.js';

const [DUMP, AOF, RETURNS] = [
  randomBytes('dump', 9000),
  randomBytes('aof', 3000),
  randomBytes('returns', 2000),
];

export interface EventfulHistory {
  /** SOURCE as of both snapshots, and as it is now. */
  readonly states: readonly [Tree, Tree, Tree];
  /** The same place with a fresh copy of the repository, as the second snapshot left it. */
  readonly copyRepository: () => Promise<BackupPlace>;
}

/** What each night makes of SOURCE before it is backed up. */
export const EVENTFUL_NIGHTS: readonly ((place: BackupPlace) => Promise<void>)[] = [
  async (place) => {
    await place.write('dump.rdb', DUMP);
    await place.write('returns', RETURNS);
    await place.write('aof/1.aof', AOF);
    await place.write('aof/x.manifest', 'file 1.aof');
    await place.write('becomes-folder', randomBytes('becomes-folder', 500));
    await place.write('becomes-file/within/deep', randomBytes('deep', 500));
    await place.write('old-name', randomBytes('renamed', 800));
    await place.write('short-lived', randomBytes('short-lived', 200));
    await fs.symlink('dump.rdb', at(place, 'becomes-other-link'));
  },
  async (place) => {
    await place.write('dump.rdb', Buffer.concat([DUMP.subarray(0, 4000), DUMP.subarray(4100)]));
    await place.write('returns', randomBytes('another', 2000));
    await place.write('goes/within', randomBytes('goes', 700));
    await place.write('touched', 'as ever');
    await fs.rm(at(place, 'short-lived'));
  },
  async (place) => {
    const edit = randomBytes('edit', 50);
    await place.write('dump.rdb', Buffer.concat([DUMP.subarray(0, 6000), edit]));
    await place.write('returns', RETURNS);
    await fs.appendFile(at(place, 'aof/1.aof'), randomBytes('tail', 400));
    await place.write('aof/2.aof', randomBytes('2.aof', 100));
    await place.write('aof/x.manifest', 'file 2.aof');
    await fs.rm(at(place, 'becomes-folder'));
    await place.write('becomes-folder/now', randomBytes('now', 300));
    await fs.rm(at(place, 'becomes-file'), { recursive: true });
    await place.write('becomes-file', randomBytes('file now', 300));
    await fs.rm(at(place, 'becomes-other-link'));
    await fs.symlink('aof', at(place, 'becomes-other-link'));
    await fs.rm(at(place, 'goes'), { recursive: true });
    await fs.rename(at(place, 'old-name'), at(place, 'new-name'));
    await fs.chmod(at(place, 'touched'), 0o640);
  },
];

export async function createEventfulHistory(
  t: TeardownContext,
  madePlace?: BackupPlace,
): Promise<EventfulHistory> {
  const place = madePlace ?? (await createBackupPlace(t));
  const states: Tree[] = [];
  for (const [night, change] of EVENTFUL_NIGHTS.entries()) {
    if (night > 0) await place.backup();
    await change(place);
    states.push(await settle(place.source));
  }
  const [first = {}, second = {}, third = {}] = states;
  return offerCopies(place, [first, second, third]);
}

/** The same with files so large that their deltas are made on another thread. */
export async function createLargeHistory(t: TeardownContext): Promise<EventfulHistory> {
  const place = await createBackupPlace(t);
  const page = new SeededRandom('large').bytes(64 << 10);
  const dump = Buffer.alloc((4 << 20) + 1000, page);
  const states: Tree[] = [];
  for (const night of ['first', 'second', 'third']) {
    if (night !== 'first') await place.backup();
    const changed = new SeededRandom(night).bytes(500);
    changed.copy(dump, 2_000_000);
    await place.write('dump.rdb', dump);
    await place.write('base.rdb', dump.subarray(0, -500));
    await fs.appendFile(path.join(place.source, 'grows.aof'), states.length === 0 ? dump : changed);
    states.push(await settle(place.source));
  }
  const [first = {}, second = {}, third = {}] = states;
  return offerCopies(place, [first, second, third]);
}

function offerCopies(place: BackupPlace, states: EventfulHistory['states']): EventfulHistory {
  let copies = 0;
  return {
    states,
    async copyRepository() {
      copies += 1;
      const copy = place.withRepository(path.join(place.root, `copy-${copies}`));
      await copyTree(place.repository, copy.repository);
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

function at(place: BackupPlace, name: string): string {
  return path.join(place.source, name);
}
