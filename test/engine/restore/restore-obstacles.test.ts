// What may stand in the way of a restore besides files and folders: pipes, sockets, devices, mount points, folders that
// forbid writing. Each is right or one clear line, and nothing is changed then. And a DEST that is typed as a folder.
import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

import { InTheWayError, SystemError } from '../../../src/errors.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { mountAgain, mountMemory, remount } from '../../support/files/mounted.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli, succeedCli } from '../../support/program/cli.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const run = promisify(execFile);

/** A snapshot with a folder of mode 0555. */
async function makeSnapshot(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  await mkdir(sandbox.inSource('folder'));
  await writeFile(sandbox.inSource('folder', 'file'), 'restored');
  await writeFile(sandbox.inSource('dump.rdb'), 'restored dump');
  await chmod(sandbox.inSource('folder'), 0o555);
  await sandbox.backup();
  return sandbox;
}

test('one file is put into a DEST that is typed as a folder, which is made if it is missing', async (t) => {
  const sandbox = await makeSnapshot(t);
  await mkdir(sandbox.at('there'));
  for (const name of ['there', 'new/folder']) {
    const to = sandbox.at(name);
    const one = { to, path: 'dump.rdb', isDirectoryNamed: true };
    const { destination } = await sandbox.restore(one);
    t.is(destination, `${to}/dump.rdb`);
    t.is(await readFile(`${to}/dump.rdb`, 'utf8'), 'restored dump');
    await t.throwsAsync(sandbox.restore(one), {
      instanceOf: InTheWayError,
      message: `destination '${to}/dump.rdb' exists`,
    });
    await sandbox.restore({ ...one, force: true });
    const { destination: nested } = await sandbox.restore({ ...one, path: 'folder/file' });
    t.is(nested, `${to}/file`);
  }
  await writeFile(sandbox.at('file'), 'mine');
  const to = sandbox.at('file');
  await t.throwsAsync(
    sandbox.restore({ to, path: 'dump.rdb', isDirectoryNamed: true, force: true }),
    {
      instanceOf: InTheWayError,
      message: `'${to}' is not a directory`,
    },
  );
  // A folder becomes DEST itself, with or without the slash.
  await sandbox.restore({ to: sandbox.at('all'), isDirectoryNamed: true });
  t.deepEqual((await readdir(sandbox.at('all'))).toSorted(), ['dump.rdb', 'folder']);
});

test('the command line knows a folder by its slash, and by its dots', async (t) => {
  const sandbox = await makeSnapshot(t);
  await mkdir(sandbox.at('work'));
  const file = `${sandbox.repository}/dump.rdb`;
  const cwd = sandbox.at('work');
  await succeedCli(['restore', file, 'new/'], { cwd });
  await succeedCli(['restore', file, '.'], { cwd });
  await succeedCli(['restore', '--force', file, 'new/..'], { cwd });
  t.deepEqual(Object.keys(await readTree(cwd)).toSorted(), [
    '.',
    'dump.rdb',
    'new',
    'new/dump.rdb',
  ]);
});

type Make = (place: string) => Promise<unknown>;

async function listen(t: ExecutionContext, place: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(place, resolve);
  });
  t.teardown(async () => {
    server.close();
  });
}

const SPECIAL: Readonly<Record<string, (t: ExecutionContext) => Make>> = {
  'a named pipe': () => async (place) => run('mkfifo', [place]),
  'a socket': (t) => async (place) => listen(t, place),
  ...(process.getuid?.() === 0
    ? { 'a device': () => async (place: string) => run('mknod', [place, 'c', '1', '3']) }
    : {}),
};

for (const [kind, make] of Object.entries(SPECIAL)) {
  test(`${kind} in the way is refused, also with --force`, async (t) => {
    const sandbox = await makeSnapshot(t);
    const to = sandbox.at('there');
    await mkdir(to);
    const place = `${to}/dump.rdb`;
    await make(t)(place);
    const before = await lstat(place, { bigint: true });
    for (const options of [
      { to: place, path: 'dump.rdb' },
      { to: place, path: 'dump.rdb', force: true },
      { to, force: true },
    ]) {
      const error = await t.throwsAsync(sandbox.restore(options), {
        instanceOf: InTheWayError,
        message: `'${place}' is ${kind}`,
      });
      t.regex(error.hint ?? '', /--force replaces files and links only$/);
    }
    for (const force of [false, true]) {
      await t.throwsAsync(sandbox.restore({ to: place, force }), {
        instanceOf: InTheWayError,
        message: `destination '${place}' exists and is not a directory`,
      });
    }
    t.is((await lstat(place, { bigint: true })).ino, before.ino);
    t.deepEqual(await readdir(to), ['dump.rdb']);
  });
}

test('a folder does not replace a file, and the hint of --force says so', async (t) => {
  const sandbox = await makeSnapshot(t);
  const to = sandbox.at('file');
  await writeFile(to, 'mine');
  const error = await t.throwsAsync(sandbox.restore({ to, force: true }), {
    instanceOf: InTheWayError,
    message: `destination '${to}' exists and is not a directory`,
  });
  t.regex(
    error.hint ?? '',
    /^move it away first, .*--force replaces files by files, never by directories$/,
  );
});

/** A user who is not root, and a folder of that user. */
const NOBODY = { uid: 65_534, gid: 65_534 };

async function makePlayground(
  t: ExecutionContext,
): Promise<{ repository: string; at: (name: string) => string }> {
  const sandbox = await createSandbox(t);
  const { root } = sandbox;
  const at = (name: string): string => path.join(root, 'nobody', name);
  await mkdir(at('source/folder'), { recursive: true });
  await writeFile(at('source/folder/file'), 'restored');
  await writeFile(at('source/other'), 'restored');
  await run('chown', ['-R', `${NOBODY.uid}:${NOBODY.gid}`, at('')]);
  await chmod(at('source/folder'), 0o555);
  await chmod(at('source'), 0o555);
  await succeedCli(['backup', at('source'), at('repository')], NOBODY);
  return { repository: at('repository'), at };
}

async function modeOf(place: string): Promise<number> {
  return (await stat(place)).mode & 0o7777;
}

asRoot(
  'a user who is not root restores into own folders that forbid writing, and they forbid it again',
  async (t) => {
    const { repository, at } = await makePlayground(t);
    const before = await readTree(at('source'));
    await chmod(at('source/folder'), 0o755);
    await writeFile(at('source/folder/file'), 'written since');
    await chmod(at('source/folder'), 0o555);
    await succeedCli(['restore', '--force', repository, at('source')], NOBODY);
    t.deepEqual(treeDifferences(before, await readTree(at('source'))), []);

    await mkdir(at('empty'), { mode: 0o555 });
    await chown(at('empty'), NOBODY.uid, NOBODY.gid);
    await succeedCli(['restore', repository, at('empty')], NOBODY);
    t.deepEqual(treeDifferences(before, await readTree(at('empty'))), []);

    // Another folder keeps its own mode.
    await mkdir(at('mine'));
    await writeFile(at('mine/own'), 'own');
    await chown(at('mine'), NOBODY.uid, NOBODY.gid);
    await chmod(at('mine'), 0o511);
    await succeedCli(['restore', '--force', repository, at('mine')], NOBODY);
    t.is(await modeOf(at('mine')), 0o511);
    t.deepEqual((await readdir(at('mine'))).toSorted(), ['folder', 'other', 'own']);
  },
);

asRoot('when such a restore fails, the folders are as they were', async (t) => {
  const { repository, at } = await makePlayground(t);
  // The mount point can be looked at, and nothing can be moved over it.
  await writeFile(at('mounted'), 'mounted');
  await run('mount', ['--bind', at('mounted'), at('source/other')]);
  t.teardown(async () => {
    await run('umount', [at('source/other')]).catch(() => undefined);
  });
  const before = await readTree(at('source'));
  const { code, stderr } = await runCli(['restore', '--force', repository, at('source')], NOBODY);
  t.is(code, 14, stderr);
  t.true(
    stderr.includes(`'${at('source/other')}' is a mount point or lies in another mount`),
    stderr,
  );
  t.deepEqual(treeDifferences(before, await readTree(at('source'))), []);
  t.is(await modeOf(at('source/folder')), 0o555);
});

asRoot(
  'a folder of others, or the parent of DEST, in which this user may not write is named',
  async (t) => {
    const { repository, at } = await makePlayground(t);
    await mkdir(at('of-root'), { mode: 0o755 });
    await writeFile(at('of-root/file'), 'of root');
    for (const operands of [
      ['--force', repository, at('of-root')],
      [repository, at('of-root/new')],
      [repository, at('of-root/new/deeper')],
      [`${repository}/other`, at('of-root/other')],
      [`${repository}/other`, `${at('of-root')}/`],
    ]) {
      const { code, stderr } = await runCli(['restore', ...operands], NOBODY);
      t.is(code, 1, stderr);
      t.is(
        stderr,
        `redis-rewind: cannot write in '${at('of-root')}': permission denied\nhint: run as root, or as a user who may read and write there\n`,
      );
    }
    t.deepEqual(await readdir(at('of-root')), ['file']);
  },
);

asRoot('a read-only file system is named', async (t) => {
  const sandbox = await makeSnapshot(t);
  const disk = sandbox.at('disk');
  await mountMemory(t, disk, 1 << 20);
  await mkdir(`${disk}/there`);
  await writeFile(`${disk}/there/file`, 'mine');
  await remount(disk, 'ro');
  for (const [to, place, inside] of [
    [`${disk}/new`, disk],
    [`${disk}/there`, `${disk}/there`],
    [`${disk}/dump.rdb`, disk, 'dump.rdb'],
  ] as const) {
    const options = inside === undefined ? { to } : { to, path: inside };
    const error = await t.throwsAsync(sandbox.restore({ ...options, force: true }), {
      instanceOf: SystemError,
      message: `cannot write in '${place}': read-only file system`,
    });
    t.is(error.hint, 'find out why that file system is read-only, and run again');
  }
});

asRoot('a mount point in the destination is named, and everything is as it was', async (t) => {
  const sandbox = await makeSnapshot(t);
  const to = sandbox.at('there');
  await mkdir(to);
  await writeFile(`${to}/dump.rdb`, 'mine');
  await mountMemory(t, `${to}/folder`, 1 << 20);
  const refusal = {
    instanceOf: InTheWayError,
    message: `'${to}/folder' is a mount point or lies in another mount, so nothing can be moved there`,
  };
  const isRefused = async (): Promise<void> => {
    const before = await readTree(to);
    await t.throwsAsync(sandbox.restore({ to, force: true }), refusal);
    t.deepEqual(treeDifferences(before, await readTree(to)), []);
  };
  await isRefused();
  await writeFile(`${to}/folder/file`, 'mine');
  await remount(`${to}/folder`, 'ro');
  await isRefused();

  // A second place of the same file system looks like any other folder until something is moved there.
  const again = sandbox.at('again');
  await mkdir(again);
  await mkdir(sandbox.at('elsewhere'));
  await mountAgain(t, sandbox.at('elsewhere'), `${again}/folder`);
  await writeFile(`${again}/dump.rdb`, 'mine');
  const before = await readTree(again);
  await t.throwsAsync(sandbox.restore({ to: again, force: true }), {
    instanceOf: InTheWayError,
    message: `'${again}/folder/file' is a mount point or lies in another mount, so nothing can be moved there`,
  });
  t.deepEqual(treeDifferences(before, await readTree(again)), []);
});

asRoot('a mount point in which nothing is restored is not in the way', async (t) => {
  const sandbox = await makeSnapshot(t);
  await rm(sandbox.inSource('folder', 'file'));
  await sandbox.backup();
  const to = sandbox.at('there');
  await mkdir(to);
  await mountMemory(t, `${to}/folder`, 1 << 20);
  await sandbox.restore({ to, force: true });
  t.is(await readFile(`${to}/dump.rdb`, 'utf8'), 'restored dump');
});
