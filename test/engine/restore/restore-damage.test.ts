// Restores from a damaged repository. A snapshot that may be wrong is refused with exit 20, and nothing
// is written. Snapshots that are whole still come back. Here the catalog is damaged, or a mirror file is
// no longer a file; verify-damage.test.ts damages each mirror file and each increment.
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

import { listFiles, listSnapshots } from '../../../src/engine/inspect/list.js';
import { CorruptError, RewindError } from '../../../src/errors.js';
import { flipped } from '../../support/damage/damage.js';
import { catalogFile, runSql } from '../../support/repository/edit-catalog.js';
import { dumpBytes, recordNights } from '../../support/sandbox/four-nights.js';
import { HastyFileSystem } from '../../support/files/hasty-file-system.js';
import { readTree } from '../../support/files/directory-tree.js';
import type { Sandbox } from '../../support/sandbox/sandbox.js';
import { isThere } from '../../support/files/is-there.js';

const run = promisify(execFile);

/** A prime number, so that in time every part of a page and of a row is damaged. */
const EVERY_NTH_BYTE = 199;

test('a bit that flips in the catalog is never restored as something else', async (t) => {
  const sandbox = await recordNights(t, 3);
  const file = catalogFile(sandbox.repository);
  const sound = await readFile(file);
  let refused = 0;
  for (let position = 0; position < sound.length; position += EVERY_NTH_BYTE) {
    if (sound[position] === 0) continue;
    await writeFile(file, flipped(sound, position));
    for (const id of [1, 3]) {
      if (!(await comesBack(t, sandbox, id, `byte ${position}`))) refused += 1;
    }
    await isListedOrRefused(t, sandbox, `byte ${position}`);
  }
  await writeFile(file, sound);
  t.true(refused > 20, `${refused} restores were refused`);
  t.deepEqual((await sandbox.verify()).problems, []);
});

/** @returns false where the restore was refused as it should be */
async function comesBack(
  t: ExecutionContext,
  sandbox: Sandbox,
  id: number,
  what: string,
): Promise<boolean> {
  const { time, tree } = sandbox.snapshot(id);
  const room = sandbox.at('room');
  await mkdir(room);
  try {
    await sandbox.restore({
      time,
      to: path.join(room, 'restored'),
      context: { fileSystem: new HastyFileSystem() },
    });
    // Everything but the times, which are not set here.
    const entries = Object.values(await readTree(path.join(room, 'restored')));
    const expected = Object.values(tree);
    const strip = ({ type, mode, uid, gid, content }: (typeof expected)[number]): string =>
      [type, mode, uid, gid, content].join(' ');
    t.deepEqual(entries.map(strip).toSorted(), expected.map(strip).toSorted(), what);
    return true;
  } catch (error) {
    t.true(error instanceof CorruptError, `${what}: ${(error as Error).stack}`);
    t.deepEqual(await readdir(room), [], `${what}: nothing is written`);
    return false;
  } finally {
    await rm(room, { recursive: true });
  }
}

/** A listing may show damaged values, but it must not end in an error that the program does not know. */
async function isListedOrRefused(
  t: ExecutionContext,
  { context, repositoryPath }: Sandbox,
  what: string,
): Promise<void> {
  try {
    listSnapshots({ repository: repositoryPath }, context);
    listFiles({ repository: repositoryPath, time: 'now' }, context);
  } catch (error) {
    t.true(error instanceof RewindError, `${what}: ${(error as Error).stack}`);
  }
}

test('a catalog that is gone, empty or cut in half is exit 20, and nothing is written', async (t) => {
  const sandbox = await recordNights(t, 1);
  const file = catalogFile(sandbox.repository);
  const sound = await readFile(file);
  for (const rest of [sound.subarray(0, sound.length >> 1), Buffer.alloc(0), null]) {
    await rm(file);
    if (rest !== null) await writeFile(file, rest);
    const error = await t.throwsAsync(sandbox.restore({ to: sandbox.at('restored') }), {
      instanceOf: CorruptError,
    });
    t.is(error.exitCode, 20);
    await t.throwsAsync(sandbox.verify(), { instanceOf: CorruptError });
    t.false(isThere(sandbox.at('restored')), 'restored');
  }
});

test('a damaged snapshot is refused, and the others come back', async (t) => {
  const sandbox = await recordNights(t, 4);
  runSql(sandbox.repository, 'UPDATE snapshot SET source_bytes = source_bytes + 1 WHERE id = 3');
  for (const id of [1, 2, 4]) t.true(await comesBack(t, sandbox, id, `snapshot ${id}`));
  t.false(await comesBack(t, sandbox, 3, 'snapshot 3'));
  const error = await t.throwsAsync(
    sandbox.restore({ time: sandbox.snapshot(3).time, to: sandbox.at('restored') }),
    { instanceOf: CorruptError },
  );
  t.is(error.message, 'the rows of snapshot 3 in the catalog are not as its backup wrote them');
});

test('when the time of a snapshot is damaged, the one before it is not restored in its place', async (t) => {
  const sandbox = await recordNights(t, 4);
  const at = sandbox.snapshot(3).time.replace('Z', '+00:00');
  runSql(sandbox.repository, 'UPDATE snapshot SET time = time + 3600 WHERE id = 3');
  const error = await t.throwsAsync(sandbox.restore({ time: at, to: sandbox.at('restored') }), {
    instanceOf: CorruptError,
    message: 'the rows of snapshot 3 in the catalog are not as its backup wrote them',
  });
  t.is(error.hint, "use the snapshot before it, which is whole: -r '#2'");
  t.true(await comesBack(t, sandbox, 2, 'by its very time'));

  runSql(sandbox.repository, 'UPDATE snapshot SET time = 0 WHERE id = 3');
  t.false(await comesBack(t, sandbox, 1, 'where times do not grow'));
});

for (const [what, replace] of Object.entries({
  'a folder': async (file: string) => mkdir(file),
  'a link to what it was': async (file: string) => {
    await writeFile(`${file}.moved`, dumpBytes(2));
    await symlink('dump.rdb.moved', file);
  },
  'a FIFO': async (file: string) => run('mkfifo', [file]),
})) {
  test(`${what} in the place of a mirror file is corruption, and is not read`, async (t) => {
    const sandbox = await recordNights(t, 2);
    const file = sandbox.inMirror('dump.rdb');
    await rename(file, sandbox.at('kept'));
    await replace(file);
    for (const { time } of sandbox.recorded) {
      const error = await t.throwsAsync(
        sandbox.restore({ time, to: sandbox.at('restored'), path: 'dump.rdb' }),
        { instanceOf: CorruptError },
      );
      t.is(error.message, `'dump.rdb' cannot be restored: the mirror file '${file}' is not there`);
      t.regex(error.hint ?? '', /redis-rewind verify REPO/);
    }
    const { problems } = await sandbox.verify();
    t.deepEqual(
      problems.map(({ path: name, snapshots, kind }) => [kind, name, ...snapshots]),
      [
        ['mirror-content', 'dump.rdb', 2],
        ['content', 'dump.rdb', 1],
      ],
    );
    t.false(isThere(sandbox.at('restored')), 'restored');
  });
}
