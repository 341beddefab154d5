import test from 'ava';
import { readFile, readdir } from 'node:fs/promises';
import { WriteLock } from '../../../src/catalog/write-lock.js';
import { CorruptError, InterruptedError, LockedError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { edited, randomBytes } from '../../support/sandbox/large-content.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

function holdLock(sandbox: Sandbox): WriteLock {
  const lock = WriteLock.tryAcquire(pathFromText(sandbox.data('lock.sqlite3')));
  if (lock === null) throw new CorruptError('the lock is not free');
  return lock;
}

test('a second writer fails because the repository is in use, and changes nothing', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const lock = holdLock(sandbox);
  const error = await t.throwsAsync(sandbox.backup(), { instanceOf: LockedError });
  t.is(error.exitCode, 11);
  t.is(error.message, `repository '${sandbox.repository}' is in use by another process`);
  t.regex(error.hint ?? '', /--wait-lock/);
  lock.release();
  t.is((await sandbox.backup()).snapshot.id, 2);
});

test('of two backups at once one succeeds, and the other is told that the repository is in use', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const checkpoint = async (): Promise<void> => {
    await t.throwsAsync(sandbox.backup(), { instanceOf: LockedError });
  };
  const report = await sandbox.backup({ context: { checkpoint } });
  t.is(report.snapshot.id, 2);
  t.is(sandbox.list().length, 2);
});

test('a backup waits for a verification that notes its result, without --wait-lock', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const note = WriteLock.tryAcquireForMoment(pathFromText(sandbox.data('lock.sqlite3')));
  t.truthy(note);
  // A backup is refused after fewer attempts where another run has the lock.
  let steps = 0;
  const checkpoint = async (): Promise<void> => {
    steps += 1;
    if (steps === 8) note?.release();
  };
  t.is((await sandbox.backup({ context: { checkpoint } })).snapshot.id, 2);
  t.true(steps >= 8, String(steps));
});

test('a waiting writer goes on when the other writer has ended', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const lock = holdLock(sandbox);
  // The wait ends at the next attempt after this many checkpoints.
  let steps = 0;
  const checkpoint = async (): Promise<void> => {
    steps += 1;
    if (steps === 2) lock.release();
  };
  const context = { ...sandbox.context, checkpoint };
  t.is((await sandbox.backup({ context, waitLockMs: 600_000 })).snapshot.id, 2);
  t.true(steps >= 2, String(steps));
});

test('a waiting writer gives up when its time is over', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const lock = holdLock(sandbox);
  await t.throwsAsync(sandbox.backup({ waitLockMs: 250 }), { instanceOf: LockedError });
  lock.release();
});

test('a waiting writer can be interrupted', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.backup();
  const lock = holdLock(sandbox);
  const checkpoint = async (): Promise<void> => {
    throw new InterruptedError('SIGINT');
  };
  const context = { ...sandbox.context, checkpoint };
  await t.throwsAsync(sandbox.backup({ context, waitLockMs: 600_000 }), {
    instanceOf: InterruptedError,
  });
  lock.release();
});

const SMALL = {
  one: Buffer.from('one'),
  two: Buffer.from('two'),
  grown: Buffer.from('one and two'),
};
const LARGE = {
  one: randomBytes('one'),
  two: edited(randomBytes('one'), 'two'),
  grown: Buffer.concat([randomBytes('one'), randomBytes('tail')]),
};

for (const [sizes, { one, two, grown }] of Object.entries({ small: SMALL, large: LARGE })) {
  test(`a backup that is interrupted at any step leaves the last snapshot, and no files of its own (${sizes} files)`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('dump.rdb', one);
    await sandbox.write('grows.aof', one);
    await sandbox.backup();
    await sandbox.write('dump.rdb', two);
    await sandbox.write('grows.aof', grown);
    await sandbox.write('new.rdb', two.subarray(1));
    for (let interruptedAt = 1; ; interruptedAt += 1) {
      let steps = 0;
      const checkpoint = async (): Promise<void> => {
        steps += 1;
        if (steps === interruptedAt) throw new InterruptedError('SIGTERM');
      };
      const run = sandbox.backup({ context: { checkpoint } });
      const error = await run.then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) {
        t.true(interruptedAt > 8, `${interruptedAt} steps`);
        return;
      }
      if (!(error instanceof InterruptedError)) throw error;
      t.is(sandbox.list().length, 1);
      const names = Object.keys(await sandbox.mirror());
      t.deepEqual(names, ['dump.rdb', 'grows.aof'], `step ${interruptedAt}`);
      t.is(bytesDifference(one, await readFile(sandbox.inMirror('grows.aof'))), null);
      t.deepEqual((await sandbox.verify()).problems, []);
      t.deepEqual(await readdir(sandbox.data('increments')), []);
    }
  });
}
