import test from 'ava';
import * as fs from 'node:fs';
import path from 'node:path';
import type { BackupReport } from '../../../src/engine/backup/backup-report.js';
import {
  type BackupPlace,
  createBackupPlace,
  lookNames,
} from '../../support/repository/backup-place.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { createTestContext } from '../../support/program/run-context.js';

/** Takes a snapshot during which `change` is called at each read of the file, counted from 1. */
async function backupWhile(
  place: BackupPlace,
  name: string,
  change: (file: string, read: number) => void,
): Promise<BackupReport> {
  const file = path.join(place.source, name);
  let reads = 0;
  const fileSystem = new HookedFileSystem((call) => {
    if (call.operation !== 'read' || call.path !== file) return;
    reads += 1;
    waitForTick(file);
    change(file, reads);
  });
  return place.backup({ context: { ...place.context, fileSystem } });
}

/** Until a change made now gets another time than the last one: the kernel's clock moves in steps. */
function waitForTick(file: string): void {
  const probe = `${file}.probe-${process.pid}`;
  const aside = path.join(path.dirname(path.dirname(probe)), path.basename(probe));
  const changedNs = fs.statSync(file, { bigint: true }).ctimeNs;
  do fs.writeFileSync(aside, 'x');
  while (fs.statSync(aside, { bigint: true }).ctimeNs <= changedNs);
  fs.rmSync(aside);
}

/** Writes the same bytes with another first one, and leaves the file its size. */
function changeFirstByte(file: string, byte: number): void {
  const descriptor = fs.openSync(file, 'r+');
  fs.writeSync(descriptor, Buffer.of(byte), 0, 1, 0);
  fs.closeSync(descriptor);
}

/** Files of SOURCE that a snapshot opens. */
async function openedBy(
  place: BackupPlace,
  options: { readonly rehash?: boolean } = {},
): Promise<string[]> {
  const opened: string[] = [];
  const fileSystem = new HookedFileSystem(({ operation, path: about }) => {
    if (operation === 'open' && about.startsWith(`${place.source}/`)) {
      opened.push(path.relative(place.source, about));
    }
  });
  await place.backup({ ...options, context: { ...place.context, fileSystem } });
  return opened;
}

test('a file that changes while it is read is read again', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'A'.repeat(5000));
  const { notes } = await backupWhile(place, 'dump.rdb', (file, read) => {
    if (read === 1) fs.writeFileSync(file, 'B'.repeat(5000));
  });
  t.deepEqual(notes, []);
  t.is(await place.read('dump.rdb'), 'B'.repeat(5000));
  t.false(place.files()['dump.rdb']?.stale);
});

test('a file that becomes shorter while it is read is read again', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'A'.repeat(3 << 20));
  const { notes } = await backupWhile(place, 'dump.rdb', (file, read) => {
    if (read === 2) fs.truncateSync(file, 10);
  });
  t.deepEqual(notes, []);
  t.is(await place.read('dump.rdb'), 'A'.repeat(10));
});

test('a file that goes on changing keeps its last version, marked stale, until it comes to rest', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'A'.repeat(5000));
  await place.backup();
  await place.write('dump.rdb', 'B'.repeat(5000));
  const report = await backupWhile(place, 'dump.rdb', changeFirstByte);
  t.deepEqual(lookNames(report.notes), ['stale dump.rdb']);
  t.deepEqual(lookNames(place.snapshots()[1]?.notes ?? []), ['stale dump.rdb']);
  t.is(await place.read('dump.rdb'), 'A'.repeat(5000));
  t.true(place.files()['dump.rdb']?.stale);
  t.false(place.files('1B')['dump.rdb']?.stale);

  const restored = await place.restore('now');
  t.deepEqual(lookNames(restored.report.notes), ['stale dump.rdb']);
  const content = fs.readFileSync(path.join(restored.destination, 'dump.rdb'), 'latin1');
  t.is(content, 'A'.repeat(5000));
  t.deepEqual((await place.restore('1B')).report.notes, []);

  t.deepEqual((await place.backup()).notes, []);
  t.is((await place.read('dump.rdb')).slice(1), 'B'.repeat(4999));
  t.false(place.files()['dump.rdb']?.stale);
  t.deepEqual((await place.verify()).problems, []);
});

test('a new file that goes on changing is left out, and named', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('calm.rdb', 'calm');
  await place.write('dump.rdb', 'B'.repeat(5000));
  const { notes, snapshot } = await backupWhile(place, 'dump.rdb', changeFirstByte);
  t.deepEqual(lookNames(notes), ['left-out dump.rdb']);
  t.is(snapshot.files, 1);
  t.deepEqual(Object.keys(await place.mirror()), ['calm.rdb']);
  t.deepEqual(fs.readdirSync(place.data('staging/new')), []);
});

test('a file that only grows is taken exactly up to the size that it had when it was opened', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('appendonly.aof', 'A'.repeat(5000));
  const report = await backupWhile(place, 'appendonly.aof', (file) => {
    fs.appendFileSync(file, 'B'.repeat(100));
  });
  t.deepEqual(report.notes, []);
  t.is(await place.read('appendonly.aof'), 'A'.repeat(5000));
  t.is(place.files()['appendonly.aof']?.size, 5000);

  const whole = fs.readFileSync(path.join(place.source, 'appendonly.aof'), 'latin1');
  const next = await backupWhile(place, 'appendonly.aof', (file) => {
    fs.appendFileSync(file, 'C'.repeat(100));
  });
  t.deepEqual(next.notes, []);
  t.is(await place.read('appendonly.aof'), whole);
  const { destination } = await place.restore('1B', 'appendonly.aof');
  t.is(fs.readFileSync(destination, 'latin1'), 'A'.repeat(5000));
  t.deepEqual((await place.verify()).problems, []);
});

test('a file that grows while its beginning changes is not taken as a mixture', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('appendonly.aof', 'A'.repeat(3 << 20));
  const { notes } = await backupWhile(place, 'appendonly.aof', (file, read) => {
    if (read !== 2) return;
    fs.appendFileSync(file, 'more');
    changeFirstByte(file, 0x5a);
  });
  t.deepEqual(notes, []);
  t.is(await place.read('appendonly.aof'), `Z${'A'.repeat((3 << 20) - 1)}more`);
});

test('a file that is replaced by a rename while it is read is taken whole, and the new one next time', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'A'.repeat(3 << 20));
  const { notes } = await backupWhile(place, 'dump.rdb', (file, read) => {
    if (read !== 2) return;
    fs.writeFileSync(`${file}.new`, 'B'.repeat(5000));
    fs.renameSync(`${file}.new`, file);
  });
  t.deepEqual(notes, []);
  t.is(await place.read('dump.rdb'), 'A'.repeat(3 << 20));
  await place.backup();
  t.is(await place.read('dump.rdb'), 'B'.repeat(5000));
});

test('a change of equal size whose mtime is put back is noticed while the file is read', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'A'.repeat(3 << 20));
  fs.utimesSync(path.join(place.source, 'dump.rdb'), 1_700_000_000, 1_700_000_000);
  const { notes } = await backupWhile(place, 'dump.rdb', (file, read) => {
    if (read !== 2) return;
    changeFirstByte(file, 0x5a);
    fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  });
  t.deepEqual(notes, []);
  t.is(await place.read('dump.rdb'), `Z${'A'.repeat((3 << 20) - 1)}`);
});

test('a change of equal size whose mtime is put back is noticed between two snapshots', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'AAAA');
  const file = path.join(place.source, 'dump.rdb');
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  await place.backup();
  waitForTick(file);
  changeFirstByte(file, 0x5a);
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  await place.backup();
  t.is(await place.read('dump.rdb'), 'ZAAA');
});

test('a settled file that has not changed is not opened at all, unless everything is to be read', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'A');
  await place.write('appendonlydir/base', 'B');
  t.deepEqual(await openedBy(place), ['appendonlydir/base', 'dump.rdb']);
  t.deepEqual(await openedBy(place), []);
  fs.appendFileSync(path.join(place.source, 'dump.rdb'), 'more');
  t.deepEqual(await openedBy(place), ['dump.rdb']);
  t.deepEqual(await openedBy(place, { rehash: true }), ['appendonlydir/base', 'dump.rdb']);
});

test('a file touched less than two seconds before it was read is read again next time', async (t) => {
  const context = createTestContext();
  const place = await createBackupPlace(t, context);
  await place.write('dump.rdb', 'A');
  const { ctimeMs } = fs.statSync(path.join(place.source, 'dump.rdb'));
  // The snapshot is a minute after the one before: move so that it begins so long after the change.
  const beginAfter = (ms: number): void => {
    context.advance((ctimeMs + ms - context.clock.nowMs()) / 1000 - 60);
  };
  beginAfter(1990);
  await place.backup();
  beginAfter(2010);
  t.deepEqual(await openedBy(place), ['dump.rdb'], 'the one before began 1.99 s after the change');
  t.deepEqual(await openedBy(place), [], 'the one before began 2.01 s after the change');
});

test('an old mtime does not make a file settled whose ctime is recent', async (t) => {
  const context = createTestContext();
  const place = await createBackupPlace(t, context);
  await place.write('dump.rdb', 'A');
  const file = path.join(place.source, 'dump.rdb');
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  context.advance((fs.statSync(file).ctimeMs + 100 - context.clock.nowMs()) / 1000 - 60);
  await place.backup();
  t.deepEqual(await openedBy(place), ['dump.rdb']);
});
