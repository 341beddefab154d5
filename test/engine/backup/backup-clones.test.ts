// Where the file system can clone files, a changed file of SOURCE is cloned into staging, and only the
// clone is read. Where the file system cannot, a backup tries once and then copies.
import test from 'ava';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { CloningFileSystem } from '../../support/files/cloning-file-system.js';
import { type Hook, HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { createTestContext } from '../../support/program/run-context.js';
import { edited, randomBytes } from '../../support/sandbox/large-content.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function backupOn(sandbox: Sandbox, fileSystem: HookedFileSystem) {
  return sandbox.backup({
    context: { ...createTestContext({ fileSystem }), clock: sandbox.context.clock },
  });
}

/** A hook that acts once, when a clone is made. */
function atClone(act: () => void): Hook {
  let isDone = false;
  return ({ operation }) => {
    if (operation !== 'cloneInto' || isDone) return;
    isDone = true;
    act();
  };
}

async function isRestored(sandbox: Sandbox, time: string, bytes: Buffer): Promise<boolean> {
  const { destination } = await sandbox.restore({ time, path: 'dump.rdb' });
  return (await fs.readFile(destination)).equals(bytes);
}

test('a new and a changed file are cloned, and SOURCE is not read for them', async (t) => {
  const sandbox = await createSandbox(t);
  const nights = [randomBytes('a'), edited(randomBytes('a'), 'b')];
  for (const bytes of nights) {
    await sandbox.write('dump.rdb', bytes);
    await fs.chmod(sandbox.inSource('dump.rdb'), 0o640);
    let sourceReads = 0;
    const fileSystem = new CloningFileSystem(({ operation, path: called }) => {
      if (operation === 'read' && called.startsWith(sandbox.source)) sourceReads += 1;
    });
    await backupOn(sandbox, fileSystem);
    t.is(fileSystem.clones, 1);
    t.is(sourceReads, 0);
    const mirror = sandbox.inMirror('dump.rdb');
    t.is(bytesDifference(bytes, await fs.readFile(mirror)), null);
    t.is((await fs.stat(mirror)).mode & 0o777, 0o640);
  }
  for (const [night, bytes] of nights.entries())
    t.true(await isRestored(sandbox, `${1 - night}B`, bytes));
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a file that begins as before and then differs is digested from its clone, from the start', async (t) => {
  const sandbox = await createSandbox(t);
  const before = randomBytes('a');
  const after = Buffer.concat([before.subarray(0, 3 << 20), randomBytes('other')]);
  await sandbox.write('dump.rdb', before);
  await sandbox.backup();
  await sandbox.write('dump.rdb', after);
  const fileSystem = new CloningFileSystem();
  await backupOn(sandbox, fileSystem);
  t.is(fileSystem.clones, 1);
  t.true(await isRestored(sandbox, 'now', after));
  t.true(await isRestored(sandbox, '1B', before));
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a file that grew is still appended to its mirror file', async (t) => {
  const sandbox = await createSandbox(t);
  const before = randomBytes('a');
  await sandbox.write('dump.rdb', before);
  await sandbox.backup();
  const mirror = sandbox.inMirror('dump.rdb');
  const { ino } = await fs.stat(mirror);
  await sandbox.write('dump.rdb', Buffer.concat([before, Buffer.from('tail')]));
  const fileSystem = new CloningFileSystem();
  await backupOn(sandbox, fileSystem);
  t.is(fileSystem.clones, 0);
  t.is((await fs.stat(mirror)).ino, ino);
});

test('a file that grows before it is cloned is taken up to the size that it was opened with', async (t) => {
  const sandbox = await createSandbox(t);
  const source = sandbox.inSource('dump.rdb');
  const before = randomBytes('a');
  await sandbox.write('dump.rdb', before);
  const grow = (): void => writeFileSync(source, Buffer.from('more'), { flag: 'a' });
  await backupOn(sandbox, new CloningFileSystem(atClone(grow)));
  t.true(await isRestored(sandbox, 'now', before));
  await sandbox.backup();
  t.true(await isRestored(sandbox, 'now', Buffer.concat([before, Buffer.from('more')])));
});

test('a file that shrinks or is rewritten before it is cloned is cloned again', async (t) => {
  const sandbox = await createSandbox(t);
  const source = sandbox.inSource('dump.rdb');
  const acts: readonly (() => void)[] = [
    () => truncateSync(source, 2 << 20),
    () => writeFileSync(source, edited(readFileSync(source), 'x').subarray(0, 2 << 20)),
  ];
  for (const [index, act] of acts.entries()) {
    await sandbox.write('dump.rdb', randomBytes(`content ${index}`));
    const fileSystem = new CloningFileSystem(atClone(act));
    const { notes } = await backupOn(sandbox, fileSystem);
    t.deepEqual(lookNames(notes), []);
    t.true(await isRestored(sandbox, 'now', await fs.readFile(source)));
    t.is(fileSystem.clones, 2);
  }
  t.deepEqual(await fs.readdir(sandbox.data('staging/new')), []);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a clone that cannot be read is a file that cannot be read, and leaves nothing behind', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', randomBytes('a'));
  await sandbox.write('small', 'small');
  let isStruck = false;
  const fileSystem = new CloningFileSystem(({ operation, path: called }) => {
    if (isStruck || operation !== 'read' || !called.endsWith('staging/new/1')) return;
    isStruck = true;
    throw new Error('bad block');
  });
  const { notes } = await backupOn(sandbox, fileSystem);
  t.deepEqual(lookNames(notes), ['left-out dump.rdb']);
  t.deepEqual(await fs.readdir(sandbox.data('staging/new')), []);
});

test('where files cannot be cloned, cloning is tried once and files are copied', async (t) => {
  const sandbox = await createSandbox(t);
  const names = ['a.rdb', 'b.rdb', 'dump.rdb'];
  for (const name of names) await sandbox.write(name, randomBytes(name));
  let tries = 0;
  const fileSystem = new (class extends HookedFileSystem {
    override cloneInto(): boolean {
      tries += 1;
      return false;
    }
  })();
  await backupOn(sandbox, fileSystem);
  t.is(tries, 1);
  t.true(await isRestored(sandbox, 'now', randomBytes('dump.rdb')));
  t.deepEqual((await sandbox.verify()).problems, []);
});
