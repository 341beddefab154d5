import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { SystemError } from '../../../src/errors.js';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import {
  type BackupPlace,
  createBackupPlace,
  lookNames,
} from '../../support/repository/backup-place.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import {
  type FileSystemCall,
  HookedFileSystem,
  failing,
} from '../../support/files/hooked-file-system.js';

type Operation = FileSystemCall['operation'];

/** Takes a snapshot in which one call on one path of SOURCE fails. */
async function backupWithout(
  place: BackupPlace,
  operation: Operation,
  name: string,
  errno = 'EACCES',
): Promise<BackupReport> {
  const meant = path.join(place.source, name);
  const fileSystem = new HookedFileSystem(
    failing(errno, (call) => call.operation === operation && call.path === meant),
  );
  return place.backup({ context: { ...place.context, fileSystem } });
}

async function createSource(t: Parameters<typeof createBackupPlace>[0]): Promise<BackupPlace> {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'the dump');
  await place.write('appendonlydir/base/deep', 'deep');
  await place.write('appendonlydir/manifest', 'manifest');
  await fs.symlink('manifest', path.join(place.source, 'appendonlydir/link'));
  return place;
}

for (const [operation, errno] of [
  ['open', 'EACCES'],
  ['read', 'EIO'],
  ['stat', 'EACCES'],
] as const) {
  test(`a file whose ${operation} fails with ${errno} keeps its last version, marked stale`, async (t) => {
    const place = await createSource(t);
    await place.backup();
    await place.write('dump.rdb', 'the next dump');
    const report = await backupWithout(place, operation, 'dump.rdb', errno);
    const kind = operation === 'stat' ? 'unreadable' : 'stale';
    t.deepEqual(lookNames(report.notes), [`${kind} dump.rdb`]);
    t.is(report.deletedFiles, 0);
    t.is(await place.read('dump.rdb'), 'the dump');
    t.true(place.files()['dump.rdb']?.stale);
    t.deepEqual(lookNames((await place.restore('now')).report.notes), ['stale dump.rdb']);

    t.deepEqual((await place.backup()).notes, []);
    t.is(await place.read('dump.rdb'), 'the next dump');
    t.deepEqual((await place.verify()).problems, []);
  });
}

test('a new file that cannot be read is left out, and named', async (t) => {
  const place = await createSource(t);
  const { notes } = await backupWithout(place, 'open', 'dump.rdb');
  t.deepEqual(lookNames(notes), ['left-out dump.rdb']);
  t.is(place.files()['dump.rdb'], undefined);
});

test('a file that stays unreadable stays the version that it was', async (t) => {
  const place = await createSource(t);
  await place.backup();
  await place.write('dump.rdb', 'the next dump');
  for (let run = 0; run < 3; run += 1) {
    const report = await backupWithout(place, 'open', 'dump.rdb');
    t.deepEqual([report.deletedFiles, report.incrementBytes], [0, 0]);
  }
  const { destination } = await place.restore('now', 'dump.rdb');
  t.is(await fs.readFile(destination, 'utf8'), 'the dump');
});

for (const operation of ['list', 'stat'] as const) {
  test(`a folder whose ${operation} fails keeps all that is known below it, and deletes nothing`, async (t) => {
    const place = await createSource(t);
    await place.backup();
    const before = await readTree(place.source);
    await place.write('dump.rdb', 'the next dump');
    await fs.rm(path.join(place.source, 'appendonlydir/manifest'));
    const { notes, deletedFiles } = await backupWithout(place, operation, 'appendonlydir');
    t.deepEqual(lookNames(notes), ['unreadable appendonlydir']);
    t.is(deletedFiles, 0);
    t.is(await place.read('dump.rdb'), 'the next dump');
    t.is(await place.read('appendonlydir/manifest'), 'manifest');
    const files = place.files();
    t.true(files['appendonlydir/manifest']?.stale);
    t.true(files['appendonlydir/base/deep']?.stale);
    t.true(files['appendonlydir/link']?.stale);
    t.false(files['dump.rdb']?.stale);
    t.is(files['appendonlydir']?.stale, operation === 'stat');
    const restored = await place.restoredTree('now', 'appendonlydir/base');
    t.is(restored['deep']?.content, before['appendonlydir/base/deep']?.content);
    t.deepEqual((await place.verify()).problems, []);
  });
}

test('a folder that can be listed again is as SOURCE has it, no longer stale', async (t) => {
  const place = await createSource(t);
  await place.backup();
  await backupWithout(place, 'list', 'appendonlydir');
  await fs.rm(path.join(place.source, 'appendonlydir/manifest'));
  const { notes, deletedFiles } = await place.backup();
  t.deepEqual(notes, []);
  t.is(deletedFiles, 1);
  t.true(Object.values(place.files()).every(({ stale }) => !stale));
  t.deepEqual(treeDifferences(await readTree(place.source), await place.restoredTree('now')), []);
});

test('a link that cannot be read keeps its last version', async (t) => {
  const place = await createSource(t);
  await place.backup();
  const { notes } = await backupWithout(place, 'readLink', 'appendonlydir/link', 'EIO');
  t.deepEqual(lookNames(notes), ['unreadable appendonlydir/link']);
  t.is(place.files()['appendonlydir/link']?.linkTarget, 'manifest');
});

test('a SOURCE of which nothing can be looked at is not taken for an empty one', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'the dump');
  await place.backup();
  const { notes, snapshot } = await backupWithout(place, 'stat', 'dump.rdb');
  t.deepEqual(lookNames(notes), ['unreadable dump.rdb']);
  t.is(snapshot.files, 1);
});

for (const errno of ['EACCES', 'EIO', 'ENOENT']) {
  test(`a SOURCE that cannot be listed (${errno}) fails the backup, and the last snapshot stands`, async (t) => {
    const place = await createSource(t);
    await place.backup();
    const mirror = await place.mirror();
    await t.throwsAsync(backupWithout(place, 'list', '', errno), { instanceOf: SystemError });
    t.is(place.snapshots().length, 1);
    t.deepEqual(treeDifferences(mirror, await place.mirror()), []);
    t.deepEqual((await place.verify()).problems, []);
  });
}

test('a first backup of a SOURCE that cannot be listed makes no repository', async (t) => {
  const place = await createSource(t);
  await t.throwsAsync(backupWithout(place, 'list', ''), { instanceOf: SystemError });
  t.deepEqual(await fs.readdir(place.root), ['source']);
});
