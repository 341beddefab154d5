// A damaged repository: what is not certain to be right is refused with exit 20 before anything is
// written, and what is whole still comes back. Mirror and increments are tried file by file in
// verify-damage.test.ts; here are the catalog, and mirror files that are no files any more.
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

import { listFiles, listSnapshots } from '../../../src/engine/inspect/list.js';
import { CorruptError, RewindError } from '../../../src/errors.js';
import { flipped } from '../../support/damage/damage.js';
import { readTree } from '../../support/files/directory-tree.js';
import { catalogFile, runSql } from '../../support/repository/edit-catalog.js';
import { dumpBytes, recordNights } from '../../support/repository/four-nights.js';
import { HastyFileSystem } from '../../support/files/hasty-file-system.js';
import type { RecordedHistory } from '../../support/repository/recorded-history.js';

const run = promisify(execFile);

/** A prime, so that all parts of a page and of a row are hit in turn. */
const EVERY_NTH_BYTE = 199;

test('a bit that flips in the catalog is never restored as something else', async (t) => {
  const history = await recordNights(t, 3);
  const file = catalogFile(history.repository);
  const sound = await readFile(file);
  let refused = 0;
  for (let position = 0; position < sound.length; position += EVERY_NTH_BYTE) {
    if (sound[position] === 0) continue;
    await writeFile(file, flipped(sound, position));
    for (const id of [1, 3]) {
      if (!(await comesBack(t, history, id, `byte ${position}`))) refused += 1;
    }
    await isListedOrRefused(t, history, `byte ${position}`);
  }
  await writeFile(file, sound);
  t.true(refused > 20, `${refused} restores were refused`);
  t.deepEqual((await history.verify()).problems, []);
});

/** @returns false where the restore was refused as it should be */
async function comesBack(
  t: ExecutionContext,
  history: RecordedHistory,
  id: number,
  what: string,
): Promise<boolean> {
  const { time, tree } = history.snapshot(id);
  const room = history.at('room');
  await mkdir(room);
  try {
    await history.restore(path.join(room, 'restored'), {
      at: time,
      context: history.contextWith(new HastyFileSystem()),
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

/** A listing may show what is damaged, but must not end in an error that the program does not know. */
async function isListedOrRefused(
  t: ExecutionContext,
  { context, repositoryPath }: RecordedHistory,
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
  const history = await recordNights(t, 1);
  const file = catalogFile(history.repository);
  const sound = await readFile(file);
  for (const rest of [sound.subarray(0, sound.length >> 1), Buffer.alloc(0), null]) {
    await rm(file);
    if (rest !== null) await writeFile(file, rest);
    const error = await t.throwsAsync(history.restore(history.at('restored')), {
      instanceOf: CorruptError,
    });
    t.is(error.exitCode, 20);
    await t.throwsAsync(history.verify(), { instanceOf: CorruptError });
    t.false((await readdir(history.directory)).includes('restored'));
  }
});

test('a damaged snapshot is refused by its time, and the others come back', async (t) => {
  const history = await recordNights(t, 4);
  runSql(history.repository, 'UPDATE snapshot SET source_bytes = source_bytes + 1 WHERE id = 3');
  for (const id of [1, 2, 4]) t.true(await comesBack(t, history, id, `snapshot ${id}`));
  t.false(await comesBack(t, history, 3, 'snapshot 3'));
  const error = await t.throwsAsync(
    history.restore(history.at('restored'), { at: history.snapshot(3).time }),
    { instanceOf: CorruptError },
  );
  t.is(error.message, 'the rows of snapshot 3 in the catalog are not those of its backup');
});

test('a snapshot whose time is damaged is not passed over for the one before it', async (t) => {
  const history = await recordNights(t, 4);
  const at = history.snapshot(3).time.replace('Z', '+00:00');
  runSql(history.repository, 'UPDATE snapshot SET time = time + 3600 WHERE id = 3');
  const error = await t.throwsAsync(history.restore(history.at('restored'), { at }), {
    instanceOf: CorruptError,
    message: 'the rows of snapshot 3 in the catalog are not those of its backup',
  });
  t.is(error.hint, `the snapshot before it is whole: '-r ${history.snapshot(2).time}'`);
  t.true(await comesBack(t, history, 2, 'by its very time'));

  runSql(history.repository, 'UPDATE snapshot SET time = 0 WHERE id = 3');
  t.false(await comesBack(t, history, 1, 'where times do not grow'));
});

for (const [what, replace] of Object.entries({
  'a folder': async (file: string) => mkdir(file),
  'a link to what it was': async (file: string) => {
    await writeFile(`${file}.moved`, dumpBytes(2));
    await symlink('dump.rdb.moved', file);
  },
  'a FIFO': async (file: string) => run('mkfifo', [file]),
})) {
  test(`${what} where the mirror had a file is corruption, and is not read`, async (t) => {
    const history = await recordNights(t, 2);
    const file = path.join(history.repository, 'dump.rdb');
    await rename(file, history.at('kept'));
    await replace(file);
    for (const { time } of history.snapshots) {
      const error = await t.throwsAsync(
        history.restore(history.at('restored'), { path: 'dump.rdb', at: time }),
        { instanceOf: CorruptError },
      );
      t.is(error.message, `'dump.rdb' cannot be restored: the mirror file '${file}' is not there`);
      t.regex(error.hint ?? '', /redis-rewind verify REPO/);
    }
    const { problems } = await history.verify();
    t.deepEqual(
      problems.map(({ path: name, snapshots, kind }) => [kind, name, ...snapshots]),
      [
        ['mirror-content', 'dump.rdb', 2],
        ['content', 'dump.rdb', 1],
      ],
    );
    t.false((await readdir(history.directory)).includes('restored'));
  });
}
