import test, { type ExecutionContext } from 'ava';
import Database from 'better-sqlite3';
import { unlinkSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { CorruptError } from '../../../src/errors.js';
import { copyTree } from '../../support/files/copy-tree.js';
import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem, ProcessDied } from '../../support/files/hooked-file-system.js';
import { isThere } from '../../support/files/is-there.js';
import { exceptNote } from '../../support/repository/verification-note.js';
import { createEventfulHistory } from '../../support/sandbox/eventful-history.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** Kills a backup right after its commit: all operations are owed, none is done. */
async function dieAfterCommit(sandbox: Sandbox): Promise<void> {
  const { length } = sandbox.list();
  let isDead = false;
  const fileSystem = new HookedFileSystem(({ isMutation }) => {
    isDead ||= isMutation && sandbox.list().length > length;
    if (isDead) throw new ProcessDied();
  });
  await sandbox.backup({ context: { fileSystem } });
}

/** Checks that a listing shows the files as they were. */
function listsAs(t: ExecutionContext, sandbox: Sandbox, time: string, then: Tree): void {
  const listed = sandbox.files(time);
  t.deepEqual(Object.keys(listed).toSorted(), Object.keys(then).toSorted(), time);
  for (const [name, { type, content, mtimeNs }] of Object.entries(then)) {
    t.is(listed[name]?.sha256, type === 'file' ? content : null, `${time} ${name}`);
    t.true(listed[name]?.mtime.endsWith(`.${mtimeNs.slice(-9)}Z`), `${time} ${name}`);
  }
}

test('while every operation is owed, readers see the new snapshot and the old ones, and change nothing', async (t) => {
  const { states, copyRepository } = await createEventfulHistory(t);
  const sandbox = await copyRepository();
  await dieAfterCommit(sandbox);
  t.true(sandbox.info().unfinished);
  const left = await readTree(sandbox.repository);
  for (const [back, then] of [states[2], states[1], states[0]].entries()) {
    listsAs(t, sandbox, `${back}B`, then);
    t.deepEqual(
      treeDifferences(then, await sandbox.restoredTree({ time: `${back}B` })),
      [],
      `${back}B`,
    );
  }
  t.deepEqual((await sandbox.verify()).problems, []);
  t.deepEqual(exceptNote(treeDifferences(left, await readTree(sandbox.repository))), []);
  t.deepEqual(left['dump.rdb']?.content, states[1]['dump.rdb']?.content, 'nothing is placed yet');
});

test('a restore by name finds a file whose rename is owed', async (t) => {
  const { states, copyRepository } = await createEventfulHistory(t);
  const sandbox = await copyRepository();
  await dieAfterCommit(sandbox);
  for (const name of ['dump.rdb', 'becomes-folder/now', 'becomes-file', 'aof']) {
    const then = await sandbox.restoredTree({ path: name });
    t.is(then['.']?.content, states[2][name]?.content, name);
  }
});

test('a reader during a backup sees all committed snapshots, whole', async (t) => {
  const { states, copyRepository } = await createEventfulHistory(t);
  const sandbox = await copyRepository();
  let steps = 0;
  const checkpoint = async (): Promise<void> => {
    steps += 1;
    if (steps % 5 !== 0) return;
    t.is(sandbox.list().length, 2);
    listsAs(t, sandbox, 'now', states[1]);
    t.deepEqual(treeDifferences(states[1], await sandbox.restoredTree()), [], `step ${steps}`);
    t.deepEqual((await sandbox.verify()).problems, []);
  };
  await sandbox.backup({ context: { checkpoint } });
  t.true(steps >= 10, `${steps} steps`);
  listsAs(t, sandbox, 'now', states[2]);
});

test('a reader reads past the journal of a commit that was cut off, and leaves it for the next backup', async (t) => {
  const sandbox = await createSandbox(t);
  for (let index = 0; index < 150; index += 1) {
    await sandbox.write(`file-${index}-${'x'.repeat(150)}`, String(index));
  }
  await sandbox.backup();
  const then = await readTree(sandbox.source);
  const cut = sandbox.withRepository(sandbox.at('cut-off'));
  const writer = new Database(sandbox.data('catalog.sqlite3'));
  writer.pragma('cache_size = 1');
  writer.exec(
    "BEGIN; UPDATE version SET mtime_ns = 1, path = CAST(path || x'2e' AS BLOB); DELETE FROM source_state;",
  );
  await copyTree(sandbox.repository, cut.repository);
  writer.exec('ROLLBACK');
  writer.close();
  const { size } = await fs.stat(cut.data('catalog.sqlite3-journal'));
  t.true(size > 512, `${size} bytes`);

  const left = await readTree(cut.repository);
  const catalog = 'redis-rewind-data/catalog.sqlite3';
  t.not(left[catalog]?.content, (await readTree(sandbox.repository))[catalog]?.content);
  listsAs(t, cut, 'now', then);
  t.deepEqual(treeDifferences(then, await cut.restoredTree()), []);
  t.deepEqual((await cut.verify()).problems, []);
  t.deepEqual(treeDifferences(left, await readTree(cut.repository)), []);

  t.deepEqual((await cut.backup()).notes, []);
  t.false(isThere(cut.data('catalog.sqlite3-journal')), 'a journal is left');
  t.deepEqual((await cut.verify()).problems, []);
});

test('damage beside the journal of a commit that was cut off is named as damage of the catalog', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('file', 'one');
  await sandbox.backup();
  const cut = sandbox.withRepository(sandbox.at('cut-off'));
  const catalog = new Database(sandbox.data('catalog.sqlite3'));
  catalog.pragma('cache_size = 1');
  catalog.exec('BEGIN; CREATE TABLE large AS SELECT zeroblob(300000); DELETE FROM source_state');
  await copyTree(sandbox.repository, cut.repository);
  catalog.close();
  await fs.writeFile(cut.data('catalog.sqlite3'), Buffer.alloc(4096));
  const { message } = t.throws(() => cut.list(), { instanceOf: CorruptError });
  t.true(message.includes(`'${cut.data('catalog.sqlite3')}'`), message);
});

test('a commit that ends while a reader looks at its journal does not disturb the reader', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await sandbox.backup();
  const journal = sandbox.data('catalog.sqlite3-journal');
  await fs.writeFile(journal, Buffer.alloc(4096));
  const opened: string[] = [];
  const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
    if (operation !== 'open' || called !== journal) return;
    opened.push(called);
    unlinkSync(journal);
  });
  const { problems } = await sandbox.verify({ context: { fileSystem } });
  t.deepEqual(problems, []);
  t.deepEqual(opened, [journal]);
});
