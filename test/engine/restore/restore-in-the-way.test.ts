// Destinations that a restore refuses, with exit 14 or 2 and before anything is touched; and what --force
// changes about that: files are replaced one by one, folders never are.
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { InTheWayError, NoSpaceError, UsageError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { dumpBytes, shareNights } from '../../support/sandbox/four-nights.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { readTree, subtree, treeDifferences } from '../../support/files/directory-tree.js';
import type { Sandbox } from '../../support/sandbox/sandbox.js';
import type { RestoreOptions } from '../../support/sandbox/sandbox-options.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';

const nights = shareNights(test);

/** An empty directory of one test, in the directory of the history that all share. */
async function room(t: ExecutionContext): Promise<string> {
  const directory = nights().at(t.title.replaceAll(/\W+/g, '-'));
  await mkdir(directory);
  return directory;
}

interface Refusal {
  readonly error: typeof InTheWayError | typeof UsageError;
  readonly message: RegExp;
}

/** The restore must fail with this error, and change nothing in the directory. */
async function isRefused(
  t: ExecutionContext,
  directory: string,
  options: RestoreOptions,
  { error, message }: Refusal,
): Promise<void> {
  const before = await readTree(directory);
  const thrown = await t.throwsAsync(nights().restore({ time: 'now', ...options }), {
    instanceOf: error,
    message,
  });
  t.is(thrown?.exitCode, error === InTheWayError ? 14 : 2);
  t.deepEqual(treeDifferences(before, await readTree(directory)), []);
}

const EXISTS: Refusal = { error: InTheWayError, message: /^destination '.*' exists$/ };
const NOT_EMPTY: Refusal = { error: InTheWayError, message: /exists and is not empty$/ };
const NO_DIRECTORY: Refusal = { error: InTheWayError, message: /exists and is not a directory$/ };

test('a file that exists is refused, and so is a link, wherever it leads', async (t) => {
  const directory = await room(t);
  await writeFile(path.join(directory, 'file'), 'old');
  await mkdir(path.join(directory, 'folder'));
  await symlink('file', path.join(directory, 'link'));
  await symlink('nowhere', path.join(directory, 'dangling'));
  for (const name of ['file', 'link', 'dangling']) {
    const destination = path.join(directory, name);
    await isRefused(t, directory, { to: destination, path: 'dump.rdb' }, EXISTS);
    for (const force of [false, true]) {
      await isRefused(t, directory, { to: destination, force }, NO_DIRECTORY);
    }
  }
});

test('a folder that is not empty is refused', async (t) => {
  const directory = await room(t);
  await writeFile(path.join(directory, 'mine'), 'mine');
  await isRefused(t, directory, { to: directory }, NOT_EMPTY);
  await isRefused(t, directory, { to: directory, path: 'appendonlydir' }, NOT_EMPTY);
});

test('a folder is refused as the destination of one file, also with --force, with a hint for the right path', async (t) => {
  const directory = await room(t);
  for (const force of [false, true]) {
    const refusal = { error: InTheWayError, message: /^destination '.*' is a directory$/ };
    await isRefused(t, directory, { to: directory, path: 'dump.rdb', force }, refusal);
    const error = await t.throwsAsync(
      nights().restore({ to: directory, path: 'dump.rdb', force }),
      {
        instanceOf: InTheWayError,
      },
    );
    t.is(error.hint, `name the file itself: '${directory}/dump.rdb'`);
  }
});

test('a destination below a file is refused', async (t) => {
  const directory = await room(t);
  await writeFile(path.join(directory, 'file'), 'a file');
  const refusal = { error: InTheWayError, message: /\/file' is not a directory$/ };
  const destination = path.join(directory, 'file', 'below', 'it');
  await isRefused(t, directory, { to: destination }, refusal);
  await isRefused(t, directory, { to: destination, path: 'dump.rdb', force: true }, refusal);
});

test('a destination inside the repository, or that contains it, is wrong usage, also with --force', async (t) => {
  const sandbox = nights();
  const { repository, root } = sandbox;
  await symlink(repository, sandbox.at('to-the-repository'));
  const isRepository = /^destination '.*' is the repository itself$/;
  const isInside = /^destination '.*' lies inside the repository '.*'$/;
  const contains = /^destination '.*' contains the repository '.*'$/;
  for (const [destination, message] of [
    [repository, isRepository],
    [path.join(repository, 'new'), isInside],
    [path.join(repository, 'redis-rewind-data', 'increments'), isInside],
    [sandbox.at('to-the-repository', 'new'), isInside],
    [root, contains],
    [path.dirname(root), contains],
  ] as const) {
    for (const force of [false, true]) {
      await isRefused(t, repository, { to: destination, force }, { error: UsageError, message });
    }
  }
});

test('--force replaces one file; of a link it replaces the link, not the file that it leads to', async (t) => {
  const directory = await room(t);
  await writeFile(path.join(directory, 'file'), 'old');
  await writeFile(path.join(directory, 'kept'), 'kept');
  await symlink('nowhere', path.join(directory, 'link'));
  const expected = subtree(nights().snapshot(4).tree, 'dump.rdb');
  for (const name of ['file', 'link']) {
    const destination = path.join(directory, name);
    await nights().restore({ to: destination, path: 'dump.rdb', force: true });
    t.deepEqual(treeDifferences(expected, await readTree(destination)), []);
  }
  t.deepEqual(Object.keys(await readTree(directory)).toSorted(), ['.', 'file', 'kept', 'link']);
});

test('--force replaces the named files and keeps all others', async (t) => {
  const sandbox = nights();
  const directory = path.join(await room(t), 'redis');
  const [older, newer] = [sandbox.snapshot(2), sandbox.snapshot(4)];
  await sandbox.restore({ time: older.time, to: directory });
  await writeFile(path.join(directory, 'mine'), 'mine');
  await writeFile(path.join(directory, 'dump.rdb'), 'written since');
  await rename(path.join(directory, 'latest'), path.join(directory, 'moved'));
  await isRefused(t, directory, { to: directory, time: older.time }, NOT_EMPTY);

  // 'changeling' is a folder in the older snapshot and a link in the newer one.
  await rename(path.join(directory, 'changeling'), path.join(directory, 'kept-folder'));
  await sandbox.restore({ time: newer.time, to: directory, force: true, setDestination: true });
  const restored = await readTree(directory);
  const others = Object.keys(restored).filter((name) => newer.tree[name] === undefined);
  t.deepEqual(others.toSorted(), [
    'appendonlydir/appendonly.aof.1.base.rdb',
    'appendonlydir/appendonly.aof.1.incr.aof',
    'kept-folder',
    'kept-folder/within',
    'mine',
    'moved',
  ]);
  const named = Object.entries(restored).filter(([name]) => newer.tree[name] !== undefined);
  t.deepEqual(treeDifferences(newer.tree, Object.fromEntries(named)), []);
  t.is(await readFile(path.join(directory, 'mine'), 'utf8'), 'mine');
  t.is(bytesDifference(dumpBytes(4), await readFile(path.join(directory, 'dump.rdb'))), null);
});

test('--force replaces no folder by a file, and no file or link to a folder by a folder', async (t) => {
  const directory = await room(t);
  const cases: readonly [string, (place: string) => Promise<unknown>, RegExp][] = [
    [
      'dump.rdb',
      async (place) => mkdir(place),
      /dump\.rdb' is a directory, but a file in the snapshot$/,
    ],
    [
      'latest',
      async (place) => mkdir(place),
      /latest' is a directory, but a symlink in the snapshot$/,
    ],
    ['empty', async (place) => writeFile(place, ''), /empty' is not a directory/],
    [
      'appendonlydir',
      async (place) => symlink('elsewhere', place),
      /appendonlydir' is not a directory/,
    ],
  ];
  for (const [name, makeObstacle, message] of cases) {
    const destination = path.join(directory, `to-${name}`);
    await mkdir(path.join(destination, 'elsewhere'), { recursive: true });
    await makeObstacle(path.join(destination, name));
    await isRefused(
      t,
      directory,
      { to: destination, force: true },
      { error: InTheWayError, message },
    );
  }
});

test('when there is too little space, the restore fails before anything is written', async (t) => {
  const sandbox: Sandbox = nights();
  const directory = await room(t);
  const fileSystem = new HookedFileSystem(({ isMutation, path: place, operation }) => {
    t.false(isMutation, `${operation} '${place}'`);
  });
  fileSystem.free = 1000;
  const error = await t.throwsAsync(
    sandbox.restore({ to: path.join(directory, 'restored'), context: { fileSystem } }),
    { instanceOf: NoSpaceError, message: /1000 B are free$/ },
  );
  t.is(error.exitCode, 1);
  t.is(new HookedFileSystem(() => {}).stat(pathFromText(path.join(directory, 'restored'))), null);
});
