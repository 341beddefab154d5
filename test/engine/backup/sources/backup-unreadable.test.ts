import test from 'ava';
import { rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import type { BackupReport } from '../../../../src/engine/backup/backup-report.js';
import { SourceMissingError, SystemError } from '../../../../src/errors.js';
import { readTree, treeDifferences } from '../../../support/files/directory-tree.js';
import {
  type FileSystemCall,
  HookedFileSystem,
  failing,
} from '../../../support/files/hooked-file-system.js';
import { lookNames } from '../../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

type Operation = FileSystemCall['operation'];

/** Takes a snapshot in which one call on one path of SOURCE fails. */
async function backupWithout(
  sandbox: Sandbox,
  operation: Operation,
  name: string,
  errno = 'EACCES',
): Promise<BackupReport> {
  const meant = sandbox.inSource(name);
  const fileSystem = new HookedFileSystem(
    failing(errno, (call) => call.operation === operation && call.path === meant),
  );
  return sandbox.backup({ context: { fileSystem } });
}

async function createSource(t: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.write('appendonlydir/base/deep', 'deep');
  await sandbox.write('appendonlydir/manifest', 'manifest');
  await fs.symlink('manifest', sandbox.inSource('appendonlydir/link'));
  return sandbox;
}

for (const [operation, errno] of [
  ['open', 'EACCES'],
  ['read', 'EIO'],
  ['stat', 'EACCES'],
] as const) {
  test(`a file whose ${operation} fails with ${errno} keeps its last version, marked stale`, async (t) => {
    const sandbox = await createSource(t);
    await sandbox.backup();
    await sandbox.write('dump.rdb', 'the next dump');
    const report = await backupWithout(sandbox, operation, 'dump.rdb', errno);
    const kind = operation === 'stat' ? 'unreadable' : 'stale';
    t.deepEqual(lookNames(report.notes), [`${kind} dump.rdb`]);
    t.is(report.deletedFiles, 0);
    t.is(await sandbox.read('dump.rdb'), 'the dump');
    t.true(sandbox.files()['dump.rdb']?.stale);
    t.deepEqual(lookNames((await sandbox.restore()).notes), ['stale dump.rdb']);

    t.deepEqual((await sandbox.backup()).notes, []);
    t.is(await sandbox.read('dump.rdb'), 'the next dump');
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}

test('a new file that cannot be read is left out, and named', async (t) => {
  const sandbox = await createSource(t);
  const { notes } = await backupWithout(sandbox, 'open', 'dump.rdb');
  t.deepEqual(lookNames(notes), ['left-out dump.rdb']);
  t.is(sandbox.files()['dump.rdb'], undefined);
});

test('a file that stays unreadable stays the version that it was', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.backup();
  await sandbox.write('dump.rdb', 'the next dump');
  for (let run = 0; run < 3; run += 1) {
    const report = await backupWithout(sandbox, 'open', 'dump.rdb');
    t.deepEqual([report.deletedFiles, report.incrementBytes], [0, 0]);
  }
  const { destination } = await sandbox.restore({ path: 'dump.rdb' });
  t.is(await fs.readFile(destination, 'utf8'), 'the dump');
});

for (const operation of ['list', 'stat'] as const) {
  test(`a folder whose ${operation} fails keeps all that is known below it, and deletes nothing`, async (t) => {
    const sandbox = await createSource(t);
    await sandbox.backup();
    const before = await readTree(sandbox.source);
    await sandbox.write('dump.rdb', 'the next dump');
    await sandbox.remove('appendonlydir/manifest');
    const { notes, deletedFiles } = await backupWithout(sandbox, operation, 'appendonlydir');
    t.deepEqual(lookNames(notes), ['unreadable appendonlydir']);
    t.is(deletedFiles, 0);
    t.is(await sandbox.read('dump.rdb'), 'the next dump');
    t.is(await sandbox.read('appendonlydir/manifest'), 'manifest');
    const files = sandbox.files();
    t.true(files['appendonlydir/manifest']?.stale);
    t.true(files['appendonlydir/base/deep']?.stale);
    t.true(files['appendonlydir/link']?.stale);
    t.false(files['dump.rdb']?.stale);
    t.is(files['appendonlydir']?.stale, operation === 'stat');
    const restored = await sandbox.restoredTree({ path: 'appendonlydir/base' });
    t.is(restored['deep']?.content, before['appendonlydir/base/deep']?.content);
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}

test('a folder that can be listed again is as SOURCE has it, no longer stale', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.backup();
  await backupWithout(sandbox, 'list', 'appendonlydir');
  await sandbox.remove('appendonlydir/manifest');
  const { notes, deletedFiles } = await sandbox.backup();
  t.deepEqual(notes, []);
  t.is(deletedFiles, 1);
  t.deepEqual(
    Object.values(sandbox.files()).filter(({ stale }) => stale),
    [],
  );
  t.deepEqual(treeDifferences(await readTree(sandbox.source), await sandbox.restoredTree()), []);
});

test('a link that cannot be read keeps its last version', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.backup();
  const { notes } = await backupWithout(sandbox, 'readLink', 'appendonlydir/link', 'EIO');
  t.deepEqual(lookNames(notes), ['unreadable appendonlydir/link']);
  t.is(sandbox.files()['appendonlydir/link']?.linkTarget, 'manifest');
});

test('a SOURCE in which nothing can be read is not taken for an empty SOURCE', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.backup();
  const { notes, snapshot } = await backupWithout(sandbox, 'stat', 'dump.rdb');
  t.deepEqual(lookNames(notes), ['unreadable dump.rdb']);
  t.is(snapshot.files, 1);
});

for (const [errno, instanceOf] of [
  ['EACCES', SystemError],
  ['EIO', SystemError],
  // What is held has a stat after it was deleted, but no names.
  ['ENOENT', SourceMissingError],
] as const) {
  test(`a SOURCE that cannot be listed (${errno}) fails the backup, and the last snapshot stands`, async (t) => {
    const sandbox = await createSource(t);
    await sandbox.backup();
    const mirror = await sandbox.mirror();
    await t.throwsAsync(backupWithout(sandbox, 'list', '', errno), { instanceOf });
    t.is(sandbox.list().length, 1);
    t.deepEqual(treeDifferences(mirror, await sandbox.mirror()), []);
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}

test('a SOURCE that is deleted while the backup begins is missing, and the last snapshot stands', async (t) => {
  const sandbox = await createSource(t);
  await sandbox.backup();
  const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
    if (operation === 'list' && called === sandbox.source) rmSync(called, { recursive: true });
  });
  const error = await t.throwsAsync(sandbox.backup({ context: { fileSystem } }), {
    instanceOf: SourceMissingError,
  });
  t.regex(error?.message ?? '', /^source '.*' is gone$/);
  t.is(sandbox.list().length, 1);
});

test('a first backup of a SOURCE that cannot be listed makes no repository', async (t) => {
  const sandbox = await createSource(t);
  await t.throwsAsync(backupWithout(sandbox, 'list', ''), { instanceOf: SystemError });
  t.deepEqual(await fs.readdir(sandbox.root), ['source']);
});
