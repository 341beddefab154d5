import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import {
  CorruptError,
  InTheWayError,
  NoRepositoryError,
  RewindError,
} from '../../../src/errors.js';
import { inspectTarget } from '../../../src/repository/open/inspect-target.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { readTree, treeDifferences, withoutOurs } from '../../support/files/directory-tree.js';
import {
  HookedFileSystem,
  ProcessDied,
  dieAtMutation,
  failAtMutation,
} from '../../support/files/hooked-file-system.js';
import { removeTree } from '../../support/files/temporary-directory.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

/** The real file system, without waiting for the disk. */
const quick = new HookedFileSystem(() => {}, { sync: false });

for (const { title, strike, isExpected } of [
  {
    title: 'a process that dies',
    strike: dieAtMutation,
    isExpected: (error: unknown) => error instanceof ProcessDied,
  },
  {
    title: 'a full disk',
    strike: (n: number) => failAtMutation(n, 'ENOSPC'),
    isExpected: (error: unknown) => error instanceof RewindError,
  },
]) {
  test(`${title} at any mutation of the first backup is made good by the next backup`, async (t) => {
    const origin = await createSandbox(t);
    await origin.write('dump.rdb', 'the dump');
    for (const name of ['dump.rdb', '.']) {
      await fs.utimes(path.join(origin.source, name), 1_700_000_000, 1_700_000_000);
    }
    const source = withoutOurs(await readTree(origin.source));
    let unmade = 0;
    for (let n = 1; ; n += 1) {
      const sandbox = origin.withRepository(path.join(origin.root, `parents-${n}/of/repository`));
      const mutation = strike(n);
      const fileSystem = new HookedFileSystem(mutation.hook, { sync: false });
      const run = sandbox.backup({ context: { fileSystem } });
      const error: unknown = await run.then(
        () => null,
        (reason: unknown) => reason,
      );
      if (!mutation.hasStruck()) {
        t.true(n > 30 && unmade > 10, `${n} mutations, ${unmade} of them before the catalog`);
        return;
      }
      if (error !== null && !isExpected(error)) throw error as Error;
      const context = { ...sandbox.context, fileSystem: quick };
      let snapshots = 0;
      try {
        snapshots = sandbox.list().length;
      } catch (reason) {
        if (!(reason instanceof NoRepositoryError)) throw reason;
        unmade += 1;
      }
      t.is(snapshots, error === null ? 1 : 0, `mutation ${n}`);
      const { notes } = await sandbox.backup({ context });
      t.deepEqual(notes, [], `mutation ${n}`);
      t.is(sandbox.list().length, snapshots + 1, `mutation ${n}`);
      t.deepEqual((await sandbox.verify({ context })).problems, [], `mutation ${n}`);
      t.deepEqual(treeDifferences(source, await sandbox.mirror()), [], `mutation ${n}`);
      await removeTree(path.join(origin.root, `parents-${n}`));
    }
  });
}

test('an unfinished repository is no repository to a reader', async (t) => {
  const sandbox = await createSandbox(t);
  await fs.mkdir(sandbox.data('increments'), { recursive: true });
  await fs.writeFile(sandbox.data('lock.sqlite3'), '');
  const error = t.throws(() => sandbox.list(), { instanceOf: NoRepositoryError });
  t.is(error.hint, 'run the backup again: it makes what is missing');
});

test('a repository without its catalog is damaged, and is not made again', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  await fs.rm(sandbox.data('catalog.sqlite3'));
  const before = await readTree(sandbox.repository);
  t.throws(() => sandbox.list(), { instanceOf: CorruptError });
  await t.throwsAsync(sandbox.backup(), { instanceOf: CorruptError });
  await t.throwsAsync(sandbox.backup({ force: true }), { instanceOf: CorruptError });
  t.deepEqual(treeDifferences(before, await readTree(sandbox.repository)), []);
});

test('looking at a path finds what it holds and changes nothing', async (t) => {
  const { root } = await createSandbox(t);
  const fileSystem = new RealFileSystem();
  const at = (name: string): string => path.join(root, name);
  const inspect = (name: string): string => inspectTarget(fileSystem, at(name) as never);
  const make = async (name: string, file: string): Promise<void> => {
    await fs.mkdir(path.dirname(at(path.join(name, file))), { recursive: true });
    await fs.writeFile(at(path.join(name, file)), '');
  };
  await fs.mkdir(at('empty'));
  await make('begun', 'redis-rewind-data/catalog.new');
  await make('whole', 'redis-rewind-data/catalog.sqlite3');
  await make('lost', 'redis-rewind-data/increments/1');
  await make('copies', 'redis-rewind-data/catalog.7.zst');
  await make('mirror', 'redis-rewind-data/lock.sqlite3');
  await make('mirror', 'dump.rdb');
  await make('other', 'dump.rdb');
  for (const name of ['missing', 'missing/below', 'empty', 'begun']) {
    t.is(inspect(name), 'to-be-made', name);
  }
  for (const name of ['whole', 'lost', 'copies', 'mirror']) t.is(inspect(name), 'repository', name);
  for (const name of ['other', 'other/dump.rdb']) {
    t.throws(() => inspect(name), { instanceOf: InTheWayError }, name);
  }
});
