import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { backup } from '../../../src/engine/backup/backup.js';
import {
  InTheWayError,
  NestedPathsError,
  NoSpaceError,
  type RewindError,
  SourceChangedError,
  SourceMissingError,
  UsageError,
} from '../../../src/errors.js';
import { pathFromBytes } from '../../../src/system/files/byte-path.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { isThere } from '../../support/files/is-there.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import type { BackupOptions } from '../../support/sandbox/sandbox-options.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

type ErrorClass = new (...parameters: never[]) => RewindError;

/** A backup that is refused with this error, a hint, and nothing changed below the place's root. */
async function isRefused(
  sandbox: Sandbox,
  options: BackupOptions,
  error: ErrorClass,
): Promise<RewindError> {
  const before = await readTree(sandbox.root);
  let refusal: unknown = null;
  try {
    await sandbox.backup(options);
  } catch (thrown) {
    refusal = thrown;
  }
  if (!(refusal instanceof error)) throw new Error(`no ${error.name}`, { cause: refusal });
  const after = await readTree(sandbox.root);
  const differences = treeDifferences(before, after).filter((line) => !isTraceOfLock(line));
  if (differences.length > 0) throw new Error(`not as it was: ${differences.join('; ')}`);
  return refusal;
}

/** While the lock is held SQLite keeps a journal beside it, whose coming and going moves this time. */
function isTraceOfLock(difference: string): boolean {
  return difference.startsWith('repository/redis-rewind-data: mtimeNs');
}

test('a SOURCE that does not exist, or is a file, is refused', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  const missing = await isRefused(
    sandbox,
    { source: sandbox.at('nowhere'), repository: sandbox.at('a/b/c') },
    SourceMissingError,
  );
  t.regex(missing.message, /^source '.*\/nowhere' does not exist$/);
  const file = sandbox.inSource('dump.rdb');
  const notDirectory = await isRefused(sandbox, { source: file }, SourceMissingError);
  t.regex(notDirectory.message, /is not a directory$/);
  const below = path.join(file, 'below');
  await isRefused(sandbox, { source: below }, SourceMissingError);
});

test('REPO inside SOURCE, SOURCE inside REPO, and the two the same are refused', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('deep/dump.rdb', 'x');
  for (const options of [
    { repository: sandbox.inSource('deep/repository') },
    { repository: sandbox.inSource('not/there/yet') },
    { repository: sandbox.source },
    { source: sandbox.inSource('deep'), repository: sandbox.source },
  ]) {
    t.truthy((await isRefused(sandbox, options, NestedPathsError)).hint);
  }
});

test('nesting is seen through symbolic links', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('deep/dump.rdb', 'x');
  const alias = sandbox.at('alias');
  await fs.symlink(sandbox.source, alias);
  for (const options of [
    { repository: path.join(alias, 'repository') },
    { repository: path.join(alias, 'not/there/yet') },
    { source: alias, repository: sandbox.inSource('repository') },
    { source: path.join(alias, 'deep'), repository: sandbox.source },
  ]) {
    await isRefused(sandbox, options, NestedPathsError);
  }
  t.pass();
});

test('paths that only begin alike are not nested', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await t.notThrowsAsync(sandbox.backup({ repository: `${sandbox.source}-backup` }));
});

test('REPO that is a file, or a folder with other things in it, is refused', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await fs.writeFile(sandbox.at('file'), 'x');
  await isRefused(sandbox, { repository: sandbox.at('file') }, InTheWayError);
  await fs.mkdir(sandbox.at('full/dir'), { recursive: true });
  const full = await isRefused(sandbox, { repository: sandbox.at('full') }, InTheWayError);
  t.is(full.exitCode, 14);
  await fs.symlink('nowhere', sandbox.at('dangling'));
  await isRefused(sandbox, { repository: sandbox.at('dangling') }, InTheWayError);
});

test('REPO whose path is not UTF-8 is refused before anything is made', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  const repository = pathFromBytes(
    Buffer.concat([Buffer.from(`${sandbox.root}/a/`), Buffer.of(0xff)]),
  );
  const request = { ...sandbox.backupRequest(), repository };
  await t.throwsAsync(backup(request, sandbox.context), { instanceOf: UsageError });
  t.deepEqual(await fs.readdir(sandbox.root), ['source']);
});

test('another SOURCE, or another host, needs force', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const other = sandbox.at('other');
  await fs.mkdir(other);
  await fs.writeFile(path.join(other, 'dump.rdb'), 'y');
  await isRefused(sandbox, { source: other }, SourceChangedError);
  const context = { ...sandbox.context, hostName: 'another-host' };
  const host = await isRefused(sandbox, { context }, SourceChangedError);
  t.regex(host.message, /another-host/);
  await sandbox.backup({ source: other, force: true });
  t.is(await sandbox.read('dump.rdb'), 'y');
  await isRefused(sandbox, {}, SourceChangedError);
});

test('another path that leads to the same SOURCE is no other source', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const alias = sandbox.at('alias');
  await fs.symlink('source', alias);
  t.deepEqual((await sandbox.backup({ source: alias })).notes, []);
});

test('a SOURCE that has suddenly become empty needs force', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  await sandbox.remove('dump.rdb');
  await isRefused(sandbox, {}, SourceChangedError);
  const report = await sandbox.backup({ force: true });
  t.is(report.deletedFiles, 1);
  t.is((await sandbox.backup()).snapshot.files, 0, 'empty as before');
  t.is((await sandbox.restoredTree({ time: '2B' }))['dump.rdb']?.type, 'file');
});

test('each guard has a switch of its own', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  await sandbox.remove('dump.rdb');
  const context = { ...sandbox.context, hostName: 'another-host' };
  const moved = await isRefused(sandbox, { context, allowEmpty: true }, SourceChangedError);
  t.regex(moved.hint ?? '', /--as-host .*--allow-moved/);
  const empty = await isRefused(sandbox, { context, allowMoved: true }, SourceChangedError);
  t.regex(empty.hint ?? '', /--allow-empty/);
  await t.notThrowsAsync(sandbox.backup({ context, allowMoved: true, allowEmpty: true }));
});

test('files kept by --also do not hide that SOURCE has become empty', async (t) => {
  const sandbox = await createSandbox(t);
  const also = [sandbox.at('redis.conf')];
  await fs.writeFile(also[0] as string, 'dir .');
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup({ also });
  await sandbox.remove('dump.rdb');
  await isRefused(sandbox, { also }, SourceChangedError);
  await sandbox.backup({ also, force: true });
  await t.notThrowsAsync(sandbox.backup({ also }), 'empty as before');
});

test('an empty SOURCE is fine for a first backup', async (t) => {
  const sandbox = await createSandbox(t);
  t.is((await sandbox.backup()).snapshot.files, 0);
  t.is((await sandbox.backup()).snapshot.files, 0);
});

test('too little free space is refused before anything is written', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', Buffer.alloc(200_000, 1));
  const fileSystem = new HookedFileSystem(() => {});
  const context = { ...sandbox.context, fileSystem };
  fileSystem.free = 400_000;
  const repository = sandbox.at('new/parents/repository');
  const refusal = await isRefused(sandbox, { context, repository }, NoSpaceError);
  t.regex(refusal.message, /390\.6 KiB are free/);
  await sandbox.backup();
  await sandbox.write('second.rdb', Buffer.alloc(200_000, 2));
  await isRefused(sandbox, { context }, NoSpaceError);
  fileSystem.free = 500_000;
  await t.notThrowsAsync(sandbox.backup({ context }), 'files that have not changed need no space');
});

test('a directory in the mirror that no backup made is never replaced', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const foreign = sandbox.inMirror('notes');
  await fs.mkdir(foreign);
  await fs.writeFile(path.join(foreign, 'only-copy'), 'x');
  await sandbox.write('notes', 'a file of SOURCE');
  const refusal = await isRefused(sandbox, {}, InTheWayError);
  t.regex(refusal.message, /^no backup made the directory '.*repository\/notes'/);
  await fs.rename(foreign, sandbox.at('notes'));
  await sandbox.backup();
  t.is(await sandbox.read('notes'), 'a file of SOURCE');
});

test('a file in the mirror that no backup made is named when SOURCE replaces it', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  await fs.writeFile(sandbox.inMirror('one'), 'foreign');
  await fs.writeFile(sandbox.inMirror('two'), 'foreign');
  await fs.writeFile(sandbox.inMirror('three'), 'foreign');
  await sandbox.write('one', 'of SOURCE');
  await sandbox.write('two/below', 'of SOURCE');
  const { notes } = await sandbox.backup();
  t.deepEqual(lookNames(notes), ['foreign-replaced one', 'foreign-replaced two']);
  t.is(await sandbox.read('one'), 'of SOURCE');
  t.is(await sandbox.read('two/below'), 'of SOURCE');
  t.is(await sandbox.read('three'), 'foreign');
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a deleted folder in which somebody keeps other files stays, and is named', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.write('folder/file', 'x');
  await sandbox.backup();
  await fs.writeFile(sandbox.inMirror('folder/foreign'), 'only copy');
  await sandbox.remove('folder');
  t.deepEqual(lookNames((await sandbox.backup()).notes), ['foreign-files folder']);
  t.is(await sandbox.read('folder/foreign'), 'only copy');
  t.false(isThere(sandbox.inMirror('folder/file')), 'folder/file');
});

test('SOURCE or REPO in a circle of links is one clear error', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  const circle = sandbox.at('circle');
  await fs.symlink('circle', circle);
  await t.throwsAsync(sandbox.backup({ source: circle }), { message: /cannot resolve '.*circle'/ });
  await t.throwsAsync(sandbox.backup({ repository: circle }), { message: /cannot resolve/ });
});
