// A path that holds no repository: the message says what is there, and the hint where a repository is.
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { InTheWayError, NoRepositoryError, UsageError } from '../../../src/errors.js';
import { isRoot } from '../../support/program/is-root.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { isThere } from '../../support/files/is-there.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** What `list` says of a path. */
function refusalOf(sandbox: Sandbox, at: string): NoRepositoryError {
  sandbox.repository = at;
  try {
    sandbox.list();
  } catch (error) {
    if (error instanceof NoRepositoryError) return error;
    throw error;
  }
  throw new Error('it was listed');
}

test('a path above or in a repository names the repository', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('folder/file', 'x');
  await sandbox.write('file', 'x');
  const repository = sandbox.at('backups', 'redis');
  sandbox.repository = repository;
  await sandbox.backup();
  for (const [at, hint] of [
    [sandbox.at('backups'), `'${repository}' is one`],
    [`${repository}/folder/file`, `'${repository}' is one, and the path lies in it`],
    [`${repository}/folder/gone`, `'${repository}' is one, and the path lies in it`],
    [sandbox.at('backups', 'redsi'), `'${repository}' is one`],
    [sandbox.source, "name the folder that 'redis-rewind backup' wrote to"],
    [`${sandbox.source}/file`, 'it is a file; restore and recover take an archive with --from'],
    [sandbox.at('none'), `make one with 'redis-rewind backup SOURCE ${sandbox.at('none')}'`],
  ] as const) {
    const { message, hint: said } = refusalOf(sandbox, at);
    t.is(message, `no repository at '${at}'`);
    t.is(said, hint);
  }
});

test('a repository of rdiff-backup is named as one, and stays as it is', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('file', 'x');
  const old = sandbox.at('old');
  await mkdir(`${old}/rdiff-backup-data`, { recursive: true });
  await writeFile(`${old}/file`, 'x');
  const { message, hint } = refusalOf(sandbox, old);
  t.is(message, `'${old}' is a repository of rdiff-backup`);
  t.regex(hint ?? '', /^name a new folder/);
  const refused = await t.throwsAsync(sandbox.backup(), { instanceOf: InTheWayError, message });
  t.is(refused.hint, hint);
  t.deepEqual((await readdir(old)).toSorted(), ['file', 'rdiff-backup-data']);
});

test('a first backup of a repository is refused, and is taken with --force', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('file', 'x');
  await sandbox.backup();
  const first = sandbox.repository;
  const other = sandbox.withRepository(sandbox.at('other'));
  const error = await t.throwsAsync(other.backup({ source: first }), {
    instanceOf: UsageError,
    message: `source '${first}' is itself a repository`,
  });
  t.regex(error.hint ?? '', /redis-rewind restore /);
  t.false(isThere(sandbox.at('other')));
  await other.backup({ source: first, force: true });
  t.true(isThere(`${sandbox.at('other')}/file`));
});

if (isRoot) {
  test('a repository in SOURCE that belongs to somebody else stops no first backup', async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('file', 'x');
    await sandbox.write('redis-rewind-data/catalog.sqlite3', 'planted');
    await chown(path.join(sandbox.source, 'redis-rewind-data'), 4321, 4321);
    const { notes } = await sandbox.backup();
    t.deepEqual(lookNames(notes), ['reserved-name redis-rewind-data']);
  });
}
