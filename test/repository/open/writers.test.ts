import test from 'ava';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { CorruptError, InterruptedError, LockedError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { WriteLock } from '../../../src/catalog/write-lock.js';
import { type BackupPlace, createBackupPlace } from '../../support/repository/backup-place.js';
import { edited, randomBytes } from '../../support/repository/large-content.js';

function holdLock(place: BackupPlace): WriteLock {
  const lock = WriteLock.tryAcquire(pathFromText(place.data('lock.sqlite3')));
  if (lock === null) throw new CorruptError('the lock is not free');
  return lock;
}

test('a second writer is told that the repository is in use, and changes nothing', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const lock = holdLock(place);
  const error = await t.throwsAsync(place.backup(), { instanceOf: LockedError });
  t.is(error.exitCode, 11);
  t.is(error.message, `repository '${place.repository}' is in use by another process`);
  t.regex(error.hint ?? '', /--wait-lock/);
  lock.release();
  t.is((await place.backup()).snapshot.id, 2);
});

test('two backups at once: one is taken, the other is told', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const checkpoint = async (): Promise<void> => {
    await t.throwsAsync(place.backup(), { instanceOf: LockedError });
  };
  const report = await place.backup({ context: { ...place.context, checkpoint } });
  t.is(report.snapshot.id, 2);
  t.is(place.snapshots().length, 2);
});

test('a writer that waits goes on when the other has ended', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const lock = holdLock(place);
  // The wait is over when the lock is asked for again after this many steps of its own.
  let steps = 0;
  const checkpoint = async (): Promise<void> => {
    steps += 1;
    if (steps === 2) lock.release();
  };
  const context = { ...place.context, checkpoint };
  t.is((await place.backup({ context, waitLockMs: 600_000 })).snapshot.id, 2);
  t.true(steps >= 2);
});

test('a writer that waits in vain gives up when its time is over', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const lock = holdLock(place);
  await t.throwsAsync(place.backup({ waitLockMs: 250 }), { instanceOf: LockedError });
  lock.release();
});

test('a writer that waits can be interrupted', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.backup();
  const lock = holdLock(place);
  const checkpoint = async (): Promise<void> => {
    throw new InterruptedError('SIGINT');
  };
  const context = { ...place.context, checkpoint };
  await t.throwsAsync(place.backup({ context, waitLockMs: 600_000 }), {
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
  test(`a backup that is interrupted at any step leaves the last snapshot, and nothing of its own (${sizes} files)`, async (t) => {
    const place = await createBackupPlace(t);
    await place.write('dump.rdb', one);
    await place.write('grows.aof', one);
    await place.backup();
    await place.write('dump.rdb', two);
    await place.write('grows.aof', grown);
    await place.write('new.rdb', two.subarray(1));
    for (let interruptedAt = 1; ; interruptedAt += 1) {
      let steps = 0;
      const checkpoint = async (): Promise<void> => {
        steps += 1;
        if (steps === interruptedAt) throw new InterruptedError('SIGTERM');
      };
      const run = place.backup({ context: { ...place.context, checkpoint } });
      const error = await run.then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) {
        t.true(interruptedAt > 8, `${interruptedAt} steps`);
        return;
      }
      if (!(error instanceof InterruptedError)) throw error;
      t.is(place.snapshots().length, 1);
      const names = Object.keys(await place.mirror());
      t.deepEqual(names, ['dump.rdb', 'grows.aof'], `step ${interruptedAt}`);
      t.true((await readFile(path.join(place.repository, 'grows.aof'))).equals(one));
      t.deepEqual((await place.verify()).problems, []);
      t.deepEqual(await readdir(place.data('increments')), []);
    }
  });
}
