import test from 'ava';
import { contactAfterWriter } from '../../../src/engine/backup/wait-for-writer.js';
import { LockedError, ServerError } from '../../../src/errors.js';
import { acquireLock } from '../../../src/repository/open/acquire-lock.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const silent = new ServerError('unreachable', 'nobody answers', { address: 'localhost:1' });

test('a server that does not answer while the repository is written is asked again after that', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.backup();
  const request = { repository: sandbox.repositoryPath, waitLockMs: 60_000 };
  const { context } = sandbox;
  const lock = await acquireLock(context.fileSystem, sandbox.repositoryPath, {
    ...context,
    waitLockMs: 0,
  });
  let asked = 0;
  let isHeld = true;
  const checkpoint = async (): Promise<void> => {
    if (isHeld) lock.release();
    isHeld = false;
  };
  const contact = async (): Promise<string> => {
    asked += 1;
    if (isHeld) throw silent;
    return 'answered';
  };
  t.is(await contactAfterWriter(request, { ...context, checkpoint }, contact), 'answered');
  t.is(asked, 2);
});

test('where the other process does not end in time the repository is said to be in use', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.backup();
  const { context, repositoryPath: repository } = sandbox;
  const options = { ...context, waitLockMs: 0 };
  const lock = await acquireLock(context.fileSystem, repository, options);
  const contact = async (): Promise<never> => {
    throw silent;
  };
  await t.throwsAsync(contactAfterWriter({ repository, waitLockMs: 0 }, context, contact), {
    instanceOf: LockedError,
  });
  lock.release();
  await t.throwsAsync(contactAfterWriter({ repository, waitLockMs: 0 }, context, contact), {
    is: silent,
  });
});
