// A file is replaced whole or not at all, keeps its owner and mode, and no other file is left beside it.
import { chmod, chown, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SystemError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { type FileDescriptor, RealFileSystem } from '../../../src/system/files/file-system.js';
import { replaceFile } from '../../../src/system/files/replace-file.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';

const NEW = Buffer.from('new');

async function place(t: ExecutionContext) {
  const folder = await temporaryDirectory(t);
  const file = path.join(folder, 'redis.conf');
  await writeFile(file, 'old');
  await chmod(file, 0o640);
  return { folder, file };
}

/** Replaces `file`, after `meanwhile` has come in between the reading and that. */
async function replace(
  fileSystem: RealFileSystem,
  file: string,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  const held = fileSystem.hold(pathFromText(path.dirname(file)));
  try {
    const former = fileSystem.stat(pathFromText(file));
    if (former === null) throw new Error('there is no file');
    await meanwhile();
    const { pid: processId } = process;
    replaceFile(fileSystem, { path: pathFromText(file), former, bytes: NEW, processId });
  } finally {
    held.release();
  }
}

test('the new content is there, with the mode of the old one', async (t) => {
  const { folder, file } = await place(t);
  await replace(new RealFileSystem(), file);
  t.is(await readFile(file, 'utf8'), 'new');
  t.is((await stat(file)).mode & 0o7777, 0o640);
  t.deepEqual(await readdir(folder), ['redis.conf']);
});

asRoot('the owner stays', async (t) => {
  const { file } = await place(t);
  await chown(file, 1234, 2345);
  await replace(new RealFileSystem(), file);
  const { uid, gid, mode } = await stat(file);
  t.deepEqual([uid, gid, mode & 0o7777], [1234, 2345, 0o640]);
});

test('what killed runs have left is removed; what a running one has is not, nor a file of another name', async (t) => {
  const { folder, file } = await place(t);
  const others = [
    '.redis.conf.redis-rewind-1',
    '.redis.conf.redis-rewind-x',
    '.other.redis-rewind-4194999',
  ];
  for (const name of [
    '.redis.conf.redis-rewind-4194999',
    `.redis.conf.redis-rewind-${process.pid}`,
    ...others,
  ]) {
    await writeFile(path.join(folder, name), '');
  }
  await replace(new RealFileSystem(), file);
  t.deepEqual((await readdir(folder)).toSorted(), [...others, 'redis.conf'].toSorted());
});

test('a file that somebody has changed meanwhile stays as they have left it', async (t) => {
  const { folder, file } = await place(t);
  const replacing = replace(new RealFileSystem(), file, async () => writeFile(file, 'of others'));
  const error = await t.throwsAsync(replacing, { instanceOf: SystemError });
  t.regex(error?.message ?? '', /^cannot replace '.*': somebody else has changed it meanwhile$/);
  t.is(await readFile(file, 'utf8'), 'of others');
  t.deepEqual(await readdir(folder), ['redis.conf']);
});

/** Fails at one call. */
class FailingFileSystem extends RealFileSystem {
  readonly #call: string;

  constructor(call: string) {
    super();
    this.#call = call;
  }

  override write(file: FileDescriptor, bytes: Uint8Array, position: number): void {
    this.#fail('write');
    super.write(file, bytes, position);
  }

  override chmodOpen(file: FileDescriptor, mode: number): void {
    this.#fail('chmod');
    super.chmodOpen(file, mode);
  }

  override sync(file: FileDescriptor): void {
    this.#fail('fsync');
    super.sync(file);
  }

  override rename(
    from: ReturnType<typeof pathFromText>,
    to: ReturnType<typeof pathFromText>,
  ): void {
    this.#fail('rename');
    super.rename(from, to);
  }

  #fail(call: string): void {
    if (call !== this.#call) return;
    const reason = 'no space left on device';
    throw new SystemError({ operation: call, object: 'x', path: null, errno: 'ENOSPC', reason });
  }
}

for (const call of ['write', 'chmod', 'fsync', 'rename']) {
  test(`if ${call} fails, the old content stays, and nothing beside it`, async (t) => {
    const { folder, file } = await place(t);
    await t.throwsAsync(replace(new FailingFileSystem(call), file), { instanceOf: SystemError });
    t.is(await readFile(file, 'utf8'), 'old');
    t.deepEqual(await readdir(folder), ['redis.conf']);
  });
}

test('a folder of the name of the temporary file is in the way, and nothing is changed', async (t) => {
  const { folder, file } = await place(t);
  await mkdir(path.join(folder, `.redis.conf.redis-rewind-${process.pid}`));
  await t.throwsAsync(replace(new RealFileSystem(), file), { instanceOf: SystemError });
  t.is(await readFile(file, 'utf8'), 'old');
});
