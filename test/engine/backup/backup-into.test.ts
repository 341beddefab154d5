// A backup into a repository that the caller has opened, as a recovery takes it: the lock is held before it and after it, and a
// snapshot that is being read at the same time stays as it is.
import test from 'ava';

import { backupInto } from '../../../src/engine/backup/backup.js';
import { openRepositorySource } from '../../../src/engine/restore/read-from-repository.js';
import { parseTime } from '../../../src/engine/snapshot/time-spec.js';
import { LockedError, UsageError } from '../../../src/errors.js';
import { openForWriting } from '../../../src/repository/open/open-repository.js';
import type { WritableRepository } from '../../../src/repository/repository.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function open({ context, repositoryPath }: Sandbox): Promise<WritableRepository> {
  const { fileSystem, checkpoint, clock, uid: actingUid } = context;
  const options = { create: false, waitLockMs: 0, checkpoint, clock, actingUid };
  return openForWriting(fileSystem, repositoryPath, options);
}

test('the lock is held before the backup and after it', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'first');
  await sandbox.backup();
  await sandbox.write('dump.rdb', 'second');
  const repository = await open(sandbox);
  await t.throwsAsync(sandbox.backup(), { instanceOf: LockedError });
  sandbox.context.advance(60);
  const report = await backupInto(repository, sandbox.backupRequest(), sandbox.context);
  t.is(report.snapshot.id, 2);
  await t.throwsAsync(sandbox.backup(), { instanceOf: LockedError });
  repository.close();
  await sandbox.write('dump.rdb', 'third');
  t.is((await sandbox.backup()).snapshot.id, 3);
  t.is(sandbox.list().length, 3);
});

test('a snapshot that was opened before the backup is read as it was', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'first');
  await sandbox.backup();
  const source = openRepositorySource(sandbox.repositoryPath, parseTime('now'), sandbox.context);
  await sandbox.write('dump.rdb', 'second');
  const repository = await open(sandbox);
  sandbox.context.advance(60);
  await backupInto(repository, sandbox.backupRequest(), sandbox.context);
  const entry = source.entries.find(({ path }) => path === 'dump.rdb');
  const read: Buffer[] = [];
  if (entry === undefined) return t.fail();
  await source.read(entry, async (bytes) => {
    read.push(Buffer.from(bytes));
  });
  t.is(Buffer.concat(read).toString(), 'first');
  await source.close();
  return repository.close();
});

test('a request that names another repository is refused', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'first');
  await sandbox.backup();
  const repository = await open(sandbox);
  const request = sandbox.backupRequest({ repository: `${sandbox.root}/other` });
  await t.throwsAsync(backupInto(repository, request, sandbox.context), { instanceOf: UsageError });
  repository.close();
});
