// Which errors of the operating system are damage of the repository: errors at paths inside the repository,
// and not errors at a path that only begins with the repository's name.
import test from 'ava';
import { CorruptError, SystemError } from '../../../src/errors.js';
import { toCorruption } from '../../../src/repository/contents/read-content.js';
import {
  type BytePath,
  joinPath,
  pathFromBytes,
  pathFromText,
} from '../../../src/system/files/byte-path.js';
import { systemError } from '../../../src/system/files/errno.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const fileSystem = new RealFileSystem();

function isCorruption(repository: BytePath, file: BytePath, errno = 'EIO'): boolean {
  const failure = systemError('read', file, errno, null);
  const found = toCorruption({ fileSystem, path: repository }, failure);
  return found instanceof CorruptError && found.path === file;
}

test('a file of the repository that cannot be read is a corruption', (t) => {
  const repository = pathFromText('/srv/redis');
  for (const file of ['/srv/redis', '/srv/redis/dump.rdb', '/srv/redis/redis-rewind-data/x']) {
    t.true(isCorruption(repository, pathFromText(file)), file);
  }
  t.true(isCorruption(pathFromText('/'), pathFromText('/dump.rdb')), 'a repository at the root');
  t.false(isCorruption(repository, pathFromText('/srv/redis/dump.rdb'), 'EACCES'), 'no permission');
});

test('an unreadable file beside the repository, with a similar name, is no corruption', (t) => {
  const repository = pathFromText('/srv/redis');
  for (const file of ['/srv/redis-restored/dump.rdb', '/srv/redis2', '/srv/redis.rdb']) {
    t.false(isCorruption(repository, pathFromText(file)), file);
  }
});

test('paths are compared by their bytes, not by their printed form', (t) => {
  // The first byte of an é, and the whole letter: printed as '\xc3' and 'é'.
  const half = pathFromBytes(Buffer.from([...Buffer.from('/srv/'), 0xc3]));
  const whole = pathFromText('/srv/é');
  t.true(isCorruption(half, joinPath(half, 'dump.rdb')));
  t.true(isCorruption(whole, joinPath(whole, 'dump.rdb')));
  t.false(isCorruption(half, joinPath(whole, 'dump.rdb')));
});

test('a failing disk under a destination is no corruption of the repository', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'content');
  await sandbox.backup();
  const failingDisk = failing('EIO', ({ operation, path }) => {
    return operation === 'write' && path.startsWith(`${sandbox.repository}-restored-`);
  });
  // The destination exists, so the restore writes its files below it and not beside it.
  const { destination } = await sandbox.restore();
  const context = { fileSystem: new HookedFileSystem(failingDisk) };
  const restored = sandbox.restore({ to: destination, force: true, context });
  const error = await t.throwsAsync(restored, { instanceOf: SystemError });
  t.is(error.errno, 'EIO');
  t.is(error.exitCode, 1);
});
