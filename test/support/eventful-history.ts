// A SOURCE with a past of two snapshots, changed for the third in every way that a commit has to
// follow, and copies of the repository to try that third backup on, again and again.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type BackupPlace, copyTree, createBackupPlace } from './backup-place.js';
import { type Tree, readTree } from './directory-tree.js';
import { SeededRandom } from './seeded-random.js';
import type { TeardownContext } from './temporary-directory.js';

export interface EventfulHistory {
  /** SOURCE as of both snapshots, and as it is now. */
  readonly states: readonly [Tree, Tree, Tree];
  /** The same place with a fresh copy of the repository, as the second snapshot left it. */
  readonly copyRepository: () => Promise<BackupPlace>;
}

export async function createEventfulHistory(t: TeardownContext): Promise<EventfulHistory> {
  const place = await createBackupPlace(t);
  const at = (name: string): string => path.join(place.source, name);
  const random = new SeededRandom('eventful');
  const [dump, aof, old] = [random.bytes(9000), random.bytes(3000), random.bytes(2000)];

  await place.write('dump.rdb', dump);
  await place.write('returns', old);
  await place.write('aof/1.aof', aof);
  await place.write('aof/x.manifest', 'file 1.aof');
  await place.write('becomes-folder', random.bytes(500));
  await place.write('becomes-file/within/deep', random.bytes(500));
  await fs.symlink('dump.rdb', at('becomes-other-link'));
  const first = await settle(place.source);
  await place.backup();

  await place.write('dump.rdb', Buffer.concat([dump.subarray(0, 4000), dump.subarray(4100)]));
  await place.write('returns', random.bytes(2000));
  await place.write('goes/within', random.bytes(700));
  await place.write('touched', 'as ever');
  const second = await settle(place.source);
  await place.backup();

  await place.write('dump.rdb', Buffer.concat([dump.subarray(0, 6000), random.bytes(50)]));
  await place.write('returns', old);
  await fs.appendFile(at('aof/1.aof'), random.bytes(400));
  await place.write('aof/2.aof', random.bytes(100));
  await place.write('aof/x.manifest', 'file 2.aof');
  await fs.rm(at('becomes-folder'));
  await place.write('becomes-folder/now', random.bytes(300));
  await fs.rm(at('becomes-file'), { recursive: true });
  await place.write('becomes-file', random.bytes(300));
  await fs.rm(at('becomes-other-link'));
  await fs.symlink('aof', at('becomes-other-link'));
  await fs.rm(at('goes'), { recursive: true });
  await fs.chmod(at('touched'), 0o640);
  const third = await settle(place.source);

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
async function settle(root: string): Promise<Tree> {
  for (const name of Object.keys(await readTree(root))) {
    await fs.lutimes(path.join(root, name), 1_700_000_000, 1_700_000_000);
  }
  return readTree(root);
}
