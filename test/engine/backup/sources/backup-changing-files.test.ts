import test from 'ava';
import * as fs from 'node:fs';
import path from 'node:path';
import type { BackupReport } from '../../../../src/engine/backup/backup-report.js';
import { HookedFileSystem } from '../../../support/files/hooked-file-system.js';
import { createTestContext } from '../../../support/program/run-context.js';
import { lookNames } from '../../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

/** Takes a snapshot during which `change` is called at each read of the file, counted from 1. */
async function backupWhile(
  sandbox: Sandbox,
  name: string,
  change: (file: string, read: number) => void,
): Promise<BackupReport> {
  const file = sandbox.inSource(name);
  let reads = 0;
  const fileSystem = new HookedFileSystem((call) => {
    if (call.operation !== 'read' || call.path !== file) return;
    reads += 1;
    waitForTick(file);
    change(file, reads);
  });
  return sandbox.backup({ context: { fileSystem } });
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
  sandbox: Sandbox,
  options: { readonly rehash?: boolean } = {},
): Promise<string[]> {
  const opened: string[] = [];
  const fileSystem = new HookedFileSystem(({ operation, path: about }) => {
    if (operation === 'open' && about.startsWith(`${sandbox.source}/`)) {
      opened.push(path.relative(sandbox.source, about));
    }
  });
  await sandbox.backup({ ...options, context: { fileSystem } });
  return opened;
}

test('a file that changes while it is read is read again', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'A'.repeat(5000));
  const { notes } = await backupWhile(sandbox, 'dump.rdb', (file, read) => {
    if (read === 1) fs.writeFileSync(file, 'B'.repeat(5000));
  });
  t.deepEqual(notes, []);
  t.is(await sandbox.read('dump.rdb'), 'B'.repeat(5000));
  t.false(sandbox.files()['dump.rdb']?.stale);
});

test('a file that becomes shorter while it is read is read again', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'A'.repeat(3 << 20));
  const { notes } = await backupWhile(sandbox, 'dump.rdb', (file, read) => {
    if (read === 2) fs.truncateSync(file, 10);
  });
  t.deepEqual(notes, []);
  t.is(await sandbox.read('dump.rdb'), 'A'.repeat(10));
});

test('a file that goes on changing keeps its last version, marked stale, until it comes to rest', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'A'.repeat(5000));
  await sandbox.backup();
  await sandbox.write('dump.rdb', 'B'.repeat(5000));
  const report = await backupWhile(sandbox, 'dump.rdb', changeFirstByte);
  t.deepEqual(lookNames(report.notes), ['stale dump.rdb']);
  t.deepEqual(lookNames(sandbox.list()[1]?.notes ?? []), ['stale dump.rdb']);
  t.is(await sandbox.read('dump.rdb'), 'A'.repeat(5000));
  t.true(sandbox.files()['dump.rdb']?.stale);
  t.false(sandbox.files('1B')['dump.rdb']?.stale);

  const restored = await sandbox.restore();
  t.deepEqual(lookNames(restored.notes), ['stale dump.rdb']);
  const content = fs.readFileSync(path.join(restored.destination, 'dump.rdb'), 'latin1');
  t.is(content, 'A'.repeat(5000));
  t.deepEqual((await sandbox.restore({ time: '1B' })).notes, []);

  t.deepEqual((await sandbox.backup()).notes, []);
  t.is((await sandbox.read('dump.rdb')).slice(1), 'B'.repeat(4999));
  t.false(sandbox.files()['dump.rdb']?.stale);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a new file that goes on changing is left out, and named', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('calm.rdb', 'calm');
  await sandbox.write('dump.rdb', 'B'.repeat(5000));
  const { notes, snapshot } = await backupWhile(sandbox, 'dump.rdb', changeFirstByte);
  t.deepEqual(lookNames(notes), ['left-out dump.rdb']);
  t.is(snapshot.files, 1);
  t.deepEqual(Object.keys(await sandbox.mirror()), ['calm.rdb']);
  t.deepEqual(fs.readdirSync(sandbox.data('staging/new')), []);
});

test('a file that only grows is taken exactly up to the size that it had when it was opened', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('appendonly.aof', 'A'.repeat(5000));
  const report = await backupWhile(sandbox, 'appendonly.aof', (file) => {
    fs.appendFileSync(file, 'B'.repeat(100));
  });
  t.deepEqual(report.notes, []);
  t.is(await sandbox.read('appendonly.aof'), 'A'.repeat(5000));
  t.is(sandbox.files()['appendonly.aof']?.size, 5000);

  const whole = fs.readFileSync(sandbox.inSource('appendonly.aof'), 'latin1');
  const next = await backupWhile(sandbox, 'appendonly.aof', (file) => {
    fs.appendFileSync(file, 'C'.repeat(100));
  });
  t.deepEqual(next.notes, []);
  t.is(await sandbox.read('appendonly.aof'), whole);
  const { destination } = await sandbox.restore({ time: '1B', path: 'appendonly.aof' });
  t.is(fs.readFileSync(destination, 'latin1'), 'A'.repeat(5000));
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a file that grows while its beginning changes is not stored as a mixture of old and new', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('appendonly.aof', 'A'.repeat(3 << 20));
  const { notes } = await backupWhile(sandbox, 'appendonly.aof', (file, read) => {
    if (read !== 2) return;
    fs.appendFileSync(file, 'more');
    changeFirstByte(file, 0x5a);
  });
  t.deepEqual(notes, []);
  t.is(await sandbox.read('appendonly.aof'), `Z${'A'.repeat((3 << 20) - 1)}more`);
});

test('a file that is replaced by a rename while it is read is taken whole, and the next backup takes the new file', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'A'.repeat(3 << 20));
  const { notes } = await backupWhile(sandbox, 'dump.rdb', (file, read) => {
    if (read !== 2) return;
    fs.writeFileSync(`${file}.new`, 'B'.repeat(5000));
    fs.renameSync(`${file}.new`, file);
  });
  t.deepEqual(notes, []);
  t.is(await sandbox.read('dump.rdb'), 'A'.repeat(3 << 20));
  await sandbox.backup();
  t.is(await sandbox.read('dump.rdb'), 'B'.repeat(5000));
});

test('a change of equal size whose mtime is put back is noticed while the file is read', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'A'.repeat(3 << 20));
  fs.utimesSync(sandbox.inSource('dump.rdb'), 1_700_000_000, 1_700_000_000);
  const { notes } = await backupWhile(sandbox, 'dump.rdb', (file, read) => {
    if (read !== 2) return;
    changeFirstByte(file, 0x5a);
    fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  });
  t.deepEqual(notes, []);
  t.is(await sandbox.read('dump.rdb'), `Z${'A'.repeat((3 << 20) - 1)}`);
});

test('a change of equal size whose mtime is put back is noticed between two snapshots', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'AAAA');
  const file = sandbox.inSource('dump.rdb');
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  await sandbox.backup();
  waitForTick(file);
  changeFirstByte(file, 0x5a);
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  await sandbox.backup();
  t.is(await sandbox.read('dump.rdb'), 'ZAAA');
});

test('a settled file that has not changed is not opened, unless --rehash asks for it', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'A');
  await sandbox.write('appendonlydir/base', 'B');
  t.deepEqual(await openedBy(sandbox), ['appendonlydir/base', 'dump.rdb']);
  t.deepEqual(await openedBy(sandbox), []);
  fs.appendFileSync(sandbox.inSource('dump.rdb'), 'more');
  t.deepEqual(await openedBy(sandbox), ['dump.rdb']);
  t.deepEqual(await openedBy(sandbox, { rehash: true }), ['appendonlydir/base', 'dump.rdb']);
});

test('a file touched less than two seconds before it was read is read again next time', async (t) => {
  const context = createTestContext();
  const sandbox = await createSandbox(t, { context });
  await sandbox.write('dump.rdb', 'A');
  const { ctimeMs } = fs.statSync(sandbox.inSource('dump.rdb'));
  // The snapshot is a minute after the one before: move so that it begins so long after the change.
  const beginAfter = (ms: number): void => {
    context.setTime(ctimeMs + ms - 60_000);
  };
  beginAfter(1990);
  await sandbox.backup();
  beginAfter(2010);
  t.deepEqual(
    await openedBy(sandbox),
    ['dump.rdb'],
    'the one before began 1.99 s after the change',
  );
  t.deepEqual(await openedBy(sandbox), [], 'the one before began 2.01 s after the change');
});

test('a file with an old mtime and a recent ctime is not settled', async (t) => {
  const context = createTestContext();
  const sandbox = await createSandbox(t, { context });
  await sandbox.write('dump.rdb', 'A');
  const file = sandbox.inSource('dump.rdb');
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  context.setTime(fs.statSync(file).ctimeMs + 100 - 60_000);
  await sandbox.backup();
  t.deepEqual(await openedBy(sandbox), ['dump.rdb']);
});
