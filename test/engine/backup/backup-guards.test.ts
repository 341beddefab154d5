import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import {
  InTheWayError,
  NestedPathsError,
  NoSpaceError,
  type RewindError,
  SourceChangedError,
  SourceMissingError,
  UsageError,
} from '../../../src/errors.js';
import { backup } from '../../../src/engine/backup/backup.js';
import { pathFromBytes } from '../../../src/system/files/byte-path.js';
import {
  type BackupOptions,
  type BackupPlace,
  createBackupPlace,
  lookNames,
} from '../../support/repository/backup-place.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';

type ErrorClass = new (...parameters: never[]) => RewindError;

/** A backup that is refused with this error, a hint, and nothing changed below the place's root. */
async function isRefused(
  place: BackupPlace,
  options: BackupOptions,
  error: ErrorClass,
): Promise<RewindError> {
  const before = await readTree(place.root);
  let refusal: unknown = null;
  try {
    await place.backup(options);
  } catch (thrown) {
    refusal = thrown;
  }
  if (!(refusal instanceof error)) throw new Error(`no ${error.name}`, { cause: refusal });
  const after = await readTree(place.root);
  const differences = treeDifferences(before, after).filter((line) => !isTraceOfLock(line));
  if (differences.length > 0) throw new Error(`not as it was: ${differences.join('; ')}`);
  return refusal;
}

/** While the lock is held SQLite keeps a journal beside it, whose coming and going moves this time. */
function isTraceOfLock(difference: string): boolean {
  return difference.startsWith('repository/redis-rewind-data: mtimeNs');
}

test('a SOURCE that does not exist, or is a file, is refused', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  const missing = await isRefused(
    place,
    { source: path.join(place.root, 'nowhere'), repository: path.join(place.root, 'a/b/c') },
    SourceMissingError,
  );
  t.regex(missing.message, /^source '.*\/nowhere' does not exist$/);
  const file = path.join(place.source, 'dump.rdb');
  const notDirectory = await isRefused(place, { source: file }, SourceMissingError);
  t.regex(notDirectory.message, /is not a directory$/);
  const below = path.join(file, 'below');
  await isRefused(place, { source: below }, SourceMissingError);
});

test('REPO inside SOURCE, SOURCE inside REPO, and the two the same are refused', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('deep/dump.rdb', 'x');
  for (const options of [
    { repository: path.join(place.source, 'deep/repository') },
    { repository: path.join(place.source, 'not/there/yet') },
    { repository: place.source },
    { source: path.join(place.source, 'deep'), repository: place.source },
  ]) {
    t.truthy((await isRefused(place, options, NestedPathsError)).hint);
  }
});

test('nesting is seen through symbolic links', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('deep/dump.rdb', 'x');
  const alias = path.join(place.root, 'alias');
  await fs.symlink(place.source, alias);
  for (const options of [
    { repository: path.join(alias, 'repository') },
    { repository: path.join(alias, 'not/there/yet') },
    { source: alias, repository: path.join(place.source, 'repository') },
    { source: path.join(alias, 'deep'), repository: place.source },
  ]) {
    await isRefused(place, options, NestedPathsError);
  }
  t.pass();
});

test('names that only begin alike are not nested', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await t.notThrowsAsync(place.backup({ repository: `${place.source}-backup` }));
});

test('REPO that is a file, or a folder with other things in it, is refused', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await fs.writeFile(path.join(place.root, 'file'), 'x');
  await isRefused(place, { repository: path.join(place.root, 'file') }, InTheWayError);
  await fs.mkdir(path.join(place.root, 'full/dir'), { recursive: true });
  const full = await isRefused(place, { repository: path.join(place.root, 'full') }, InTheWayError);
  t.is(full.exitCode, 14);
  await fs.symlink('nowhere', path.join(place.root, 'dangling'));
  await isRefused(place, { repository: path.join(place.root, 'dangling') }, InTheWayError);
});

test('REPO whose path is not UTF-8 is refused before anything is made', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  const repository = pathFromBytes(
    Buffer.concat([Buffer.from(`${place.root}/a/`), Buffer.of(0xff)]),
  );
  const request = { ...place.backupRequest(), repository };
  await t.throwsAsync(backup(request, place.context), { instanceOf: UsageError });
  t.deepEqual(await fs.readdir(place.root), ['source']);
});

test('another SOURCE, or another host, needs force', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const other = path.join(place.root, 'other');
  await fs.mkdir(other);
  await fs.writeFile(path.join(other, 'dump.rdb'), 'y');
  await isRefused(place, { source: other }, SourceChangedError);
  const context = { ...place.context, hostName: 'another-host' };
  const host = await isRefused(place, { context }, SourceChangedError);
  t.regex(host.message, /another-host/);
  await place.backup({ source: other, force: true });
  t.is(await place.read('dump.rdb'), 'y');
  await isRefused(place, {}, SourceChangedError);
});

test('SOURCE by another name that leads to the same place is the same', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const alias = path.join(place.root, 'alias');
  await fs.symlink('source', alias);
  t.deepEqual((await place.backup({ source: alias })).notes, []);
});

test('a SOURCE that has suddenly become empty needs force', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  await fs.rm(path.join(place.source, 'dump.rdb'));
  await isRefused(place, {}, SourceChangedError);
  const report = await place.backup({ force: true });
  t.is(report.deletedFiles, 1);
  t.is((await place.backup()).snapshot.files, 0, 'empty as before');
  t.is((await place.restoredTree('2B'))['dump.rdb']?.type, 'file');
});

test('what --also names does not hide that SOURCE has become empty', async (t) => {
  const place = await createBackupPlace(t);
  const also = [path.join(place.root, 'redis.conf')];
  await fs.writeFile(also[0] as string, 'dir .');
  await place.write('dump.rdb', 'x');
  await place.backup({ also });
  await fs.rm(path.join(place.source, 'dump.rdb'));
  await isRefused(place, { also }, SourceChangedError);
  await place.backup({ also, force: true });
  await t.notThrowsAsync(place.backup({ also }), 'empty as before');
});

test('an empty SOURCE is fine for a first backup', async (t) => {
  const place = await createBackupPlace(t);
  t.is((await place.backup()).snapshot.files, 0);
  t.is((await place.backup()).snapshot.files, 0);
});

test('too little free space is refused before anything is written', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', Buffer.alloc(200_000, 1));
  const fileSystem = new HookedFileSystem(() => {});
  const context = { ...place.context, fileSystem };
  fileSystem.free = 400_000;
  const repository = path.join(place.root, 'new/parents/repository');
  const refusal = await isRefused(place, { context, repository }, NoSpaceError);
  t.regex(refusal.message, /400000 are free/);
  await place.backup();
  await place.write('second.rdb', Buffer.alloc(200_000, 2));
  await isRefused(place, { context }, NoSpaceError);
  fileSystem.free = 500_000;
  await t.notThrowsAsync(place.backup({ context }), 'files that have not changed need no space');
});

test('a directory in the mirror that no backup made is never replaced', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const foreign = path.join(place.repository, 'notes');
  await fs.mkdir(foreign);
  await fs.writeFile(path.join(foreign, 'only-copy'), 'x');
  await place.write('notes', 'a file of SOURCE');
  const refusal = await isRefused(place, {}, InTheWayError);
  t.regex(refusal.message, /repository\/notes' is a directory that no backup made/);
  await fs.rename(foreign, path.join(place.root, 'notes'));
  await place.backup();
  t.is(await place.read('notes'), 'a file of SOURCE');
});

test('a file in the mirror that no backup made is named when SOURCE replaces it', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  await fs.writeFile(path.join(place.repository, 'one'), 'foreign');
  await fs.writeFile(path.join(place.repository, 'two'), 'foreign');
  await fs.writeFile(path.join(place.repository, 'three'), 'foreign');
  await place.write('one', 'of SOURCE');
  await place.write('two/below', 'of SOURCE');
  const { notes } = await place.backup();
  t.deepEqual(lookNames(notes), ['foreign-replaced one', 'foreign-replaced two']);
  t.is(await place.read('one'), 'of SOURCE');
  t.is(await place.read('two/below'), 'of SOURCE');
  t.is(await place.read('three'), 'foreign');
  t.deepEqual((await place.verify()).problems, []);
});

test('a deleted folder in which somebody keeps other files stays, and is named', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.write('folder/file', 'x');
  await place.backup();
  await fs.writeFile(path.join(place.repository, 'folder/foreign'), 'only copy');
  await fs.rm(path.join(place.source, 'folder'), { recursive: true });
  t.deepEqual(lookNames((await place.backup()).notes), ['foreign-files folder']);
  t.is(await place.read('folder/foreign'), 'only copy');
  t.false('folder/file' in (await place.mirror()));
});

test('SOURCE or REPO in a circle of links is one clear error', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  const circle = path.join(place.root, 'circle');
  await fs.symlink('circle', circle);
  await t.throwsAsync(place.backup({ source: circle }), { message: /cannot resolve '.*circle'/ });
  await t.throwsAsync(place.backup({ repository: circle }), { message: /cannot resolve/ });
});
