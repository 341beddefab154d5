import test, { type ExecutionContext } from 'ava';
import Database from 'better-sqlite3';
import { unlinkSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import {
  type BackupPlace,
  copyTree,
  createBackupPlace,
} from '../../support/repository/backup-place.js';
import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { createEventfulHistory } from '../../support/repository/eventful-history.js';
import { HookedFileSystem, ProcessDied } from '../../support/files/hooked-file-system.js';
import { exceptNote } from '../../support/repository/verification-note.js';

/** Kills a backup as soon as it has committed: all operations are owed, none is done. */
async function dieAfterCommit(place: BackupPlace): Promise<void> {
  const { length } = place.snapshots();
  let isDead = false;
  const fileSystem = new HookedFileSystem(({ isMutation }) => {
    isDead ||= isMutation && place.snapshots().length > length;
    if (isDead) throw new ProcessDied();
  });
  await place.backup({ context: { ...place.context, fileSystem } });
}

/** What a listing says of files must be what was there. */
function listsAs(t: ExecutionContext, place: BackupPlace, time: string, then: Tree): void {
  const listed = place.files(time);
  t.deepEqual(Object.keys(listed).toSorted(), Object.keys(then).toSorted(), time);
  for (const [name, { type, content, mtimeNs }] of Object.entries(then)) {
    t.is(listed[name]?.sha256, type === 'file' ? content : null, `${time} ${name}`);
    t.true(listed[name]?.mtime.endsWith(`.${mtimeNs.slice(-9)}Z`), `${time} ${name}`);
  }
}

test('readers see the new snapshot and the old ones while every operation is still owed, and change nothing', async (t) => {
  const { states, copyRepository } = await createEventfulHistory(t);
  const place = await copyRepository();
  await dieAfterCommit(place);
  t.true(place.info().unfinished);
  const left = await readTree(place.repository);
  for (const [back, then] of [states[2], states[1], states[0]].entries()) {
    listsAs(t, place, `${back}B`, then);
    t.deepEqual(treeDifferences(then, await place.restoredTree(`${back}B`)), [], `${back}B`);
  }
  t.deepEqual((await place.verify()).problems, []);
  t.deepEqual(exceptNote(treeDifferences(left, await readTree(place.repository))), []);
  t.deepEqual(left['dump.rdb']?.content, states[1]['dump.rdb']?.content, 'nothing is placed yet');
});

test('a restore by name finds a file whose rename is owed', async (t) => {
  const { states, copyRepository } = await createEventfulHistory(t);
  const place = await copyRepository();
  await dieAfterCommit(place);
  for (const name of ['dump.rdb', 'becomes-folder/now', 'becomes-file', 'aof']) {
    const then = await place.restoredTree('now', name);
    t.is(then['.']?.content, states[2][name]?.content, name);
  }
});

test('a reader that comes during a backup sees the snapshots that are committed, whole', async (t) => {
  const { states, copyRepository } = await createEventfulHistory(t);
  const place = await copyRepository();
  let steps = 0;
  const checkpoint = async (): Promise<void> => {
    steps += 1;
    if (steps % 5 !== 0) return;
    t.is(place.snapshots().length, 2);
    listsAs(t, place, 'now', states[1]);
    t.deepEqual(treeDifferences(states[1], await place.restoredTree('now')), [], `step ${steps}`);
    t.deepEqual((await place.verify()).problems, []);
  };
  await place.backup({ context: { ...place.context, checkpoint } });
  t.true(steps >= 10, `${steps} steps`);
  listsAs(t, place, 'now', states[2]);
});

test('the journal of a commit that was cut off is read through, and left for the next backup', async (t) => {
  const place = await createBackupPlace(t);
  for (let index = 0; index < 150; index += 1) {
    await place.write(`file-${index}-${'x'.repeat(150)}`, String(index));
  }
  await place.backup();
  const then = await readTree(place.source);
  const cut = place.withRepository(path.join(place.root, 'cut-off'));
  const writer = new Database(place.data('catalog.sqlite3'));
  writer.pragma('cache_size = 1');
  writer.exec(
    "BEGIN; UPDATE version SET mtime_ns = 1, path = CAST(path || x'2e' AS BLOB); DELETE FROM source_state;",
  );
  await copyTree(place.repository, cut.repository);
  writer.exec('ROLLBACK');
  writer.close();
  t.true((await fs.stat(cut.data('catalog.sqlite3-journal'))).size > 512);

  const left = await readTree(cut.repository);
  const catalog = 'redis-rewind-data/catalog.sqlite3';
  t.not(left[catalog]?.content, (await readTree(place.repository))[catalog]?.content);
  listsAs(t, cut, 'now', then);
  t.deepEqual(treeDifferences(then, await cut.restoredTree('now')), []);
  t.deepEqual((await cut.verify()).problems, []);
  t.deepEqual(treeDifferences(left, await readTree(cut.repository)), []);

  t.deepEqual((await cut.backup()).notes, []);
  t.false('redis-rewind-data/catalog.sqlite3-journal' in (await readTree(cut.repository)));
  t.deepEqual((await cut.verify()).problems, []);
});

test('a commit that ends while a reader looks at its journal is no trouble', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'the dump');
  await place.backup();
  const journal = place.data('catalog.sqlite3-journal');
  await fs.writeFile(journal, Buffer.alloc(4096));
  const opened: string[] = [];
  const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
    if (operation !== 'open' || called !== journal) return;
    opened.push(called);
    unlinkSync(journal);
  });
  const { problems } = await place.verify({ ...place.context, fileSystem });
  t.deepEqual(problems, []);
  t.deepEqual(opened, [journal]);
});
