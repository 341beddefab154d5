// A program that keeps the catalog open in a transaction, as a person may with sqlite3. A backup waits for the
// program, hears signals meanwhile, and fails only where the program never ends.
import { readdirSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import Database from 'better-sqlite3';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { InterruptedError, LockedError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { treeDifferences } from '../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** A connection inside a read of the catalog. */
function openReader(sandbox: Sandbox): Database.Database {
  const reader = new Database(sandbox.data('catalog.sqlite3'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM version').get();
  return reader;
}

async function backUpTwice(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  await sandbox.write('dump.rdb', 'the first dump');
  await sandbox.write('goes', 'in the first snapshot alone');
  await sandbox.backup();
  return sandbox;
}

async function change(sandbox: Sandbox): Promise<void> {
  await sandbox.write('dump.rdb', 'the second dump');
  await sandbox.remove('goes');
}

/** How many checkpoints a backup has that waits for nobody. */
async function countCheckpoints(t: ExecutionContext): Promise<number> {
  const sandbox = await backUpTwice(t);
  await change(sandbox);
  let count = 0;
  await sandbox.backup({ context: { checkpoint: async () => void (count += 1) } });
  return count;
}

/**
 * What `then` does at each checkpoint that a backup has only while it waits. It does so more than once: a backup that
 * waits for a file to settle has more checkpoints than another, and reaches the number before its commit.
 */
async function whileWaiting(
  t: ExecutionContext,
  then: () => void,
): Promise<Pick<RunContext, 'checkpoint'>> {
  const usual = await countCheckpoints(t);
  let count = 0;
  const checkpoint = async (): Promise<void> => {
    count += 1;
    if (count >= usual + 2) then();
  };
  return { checkpoint };
}

async function isWhole(t: ExecutionContext, sandbox: Sandbox): Promise<void> {
  const { problems, notes } = await sandbox.verify();
  t.deepEqual([problems, notes], [[], []]);
  for (const { time, tree } of sandbox.recorded) {
    t.deepEqual(treeDifferences(tree, await sandbox.restoredTree({ time })), []);
  }
  t.deepEqual(readdirSync(sandbox.data('staging/new')), []);
  t.deepEqual(readdirSync(sandbox.data('staging/old')), []);
}

test('a backup waits at its commit for a program that reads the catalog', async (t) => {
  const sandbox = await backUpTwice(t);
  await change(sandbox);
  const reader = openReader(sandbox);
  const context = await whileWaiting(t, () => reader.close());
  const { snapshot, notes } = await sandbox.backup({ context });
  t.false(reader.open);
  t.deepEqual([snapshot.id, notes], [2, []]);
  await isWhole(t, sandbox);
});

test('readers go on while a backup waits for another reader', async (t) => {
  const sandbox = await backUpTwice(t);
  await change(sandbox);
  const reader = openReader(sandbox);
  let listed = 0;
  const context = await whileWaiting(t, () => {
    // Once it waits no longer, its own snapshot is in the list, too.
    if (reader.open) listed = sandbox.list().length;
    reader.close();
  });
  await sandbox.backup({ context });
  t.is(listed, 1);
});

test('a signal ends a backup that waits at its commit', async (t) => {
  const sandbox = await backUpTwice(t);
  await change(sandbox);
  const reader = openReader(sandbox);
  const context = await whileWaiting(t, () => {
    throw new InterruptedError('SIGTERM');
  });
  await t.throwsAsync(sandbox.backup({ context }), { instanceOf: InterruptedError });
  reader.close();
  t.is(sandbox.list().length, 1);
  await isWhole(t, sandbox);
});

test('a backup does not wait for ever at its commit, and can be run again', async (t) => {
  const sandbox = await backUpTwice(t);
  await change(sandbox);
  const reader = openReader(sandbox);
  let nowMs = 0;
  const context = await whileWaiting(t, () => {
    nowMs += 11 * 60_000;
  });
  const clock = { ...sandbox.context.clock, monotonicMs: () => nowMs };
  const error = await t.throwsAsync(sandbox.backup({ context: { ...context, clock } }), {
    instanceOf: LockedError,
  });
  t.is(error.exitCode, 11);
  t.regex(error.message, /^another program has kept '.*catalog\.sqlite3' open .* for 10 min$/);
  t.regex(error.hint ?? '', /fuser -v/);
  reader.close();
  await isWhole(t, sandbox);
  t.is((await sandbox.backup()).snapshot.id, 2);
});

for (const [how, endWait] of [
  ['does not end', (moveOn: () => void) => moveOn()],
  [
    'does not end before a signal',
    () => {
      throw new InterruptedError('SIGTERM');
    },
  ],
] as const) {
  test(`the last step of a backup is left to the next one if a reader that came after the commit ${how}`, async (t) => {
    const sandbox = await backUpTwice(t);
    await change(sandbox);
    let reader: Database.Database | null = null;
    const fileSystem = new HookedFileSystem(({ operation, path }) => {
      if (operation === 'rename' && path.includes('staging/new')) reader ??= openReader(sandbox);
    });
    let nowMs = 0;
    const clock = { ...sandbox.context.clock, monotonicMs: () => nowMs };
    const checkpoint = async (): Promise<void> => {
      if (reader !== null) endWait(() => (nowMs += 2 * 60_000));
    };
    const { snapshot, notes } = await sandbox.backup({
      context: { fileSystem, clock, checkpoint },
    });
    t.is(snapshot.id, 2);
    t.deepEqual(
      notes.map(({ kind, severity }) => [kind, severity]),
      [['unfinished', 'info']],
    );
    t.true(sandbox.info().unfinished);
    t.deepEqual(treeDifferences(sandbox.snapshot(2).tree, await sandbox.restoredTree()), []);
    (reader as Database.Database | null)?.close();
    t.is((await sandbox.backup()).snapshot.id, 3);
    t.false(sandbox.info().unfinished);
    await isWhole(t, sandbox);
  });
}

test('a backup waits before it finishes what an earlier one has left', async (t) => {
  const sandbox = await backUpTwice(t);
  await change(sandbox);
  const dying = new HookedFileSystem(({ operation, path }) => {
    if (operation === 'rename' && path.includes('staging/new')) throw new Error('died');
  });
  await sandbox.backup({ context: { fileSystem: dying } });
  t.true(sandbox.info().unfinished);
  const reader = openReader(sandbox);
  const checkpoint = async (): Promise<void> => {
    reader.close();
  };
  t.is((await sandbox.backup({ context: { checkpoint } })).snapshot.id, 3);
  t.false(sandbox.info().unfinished);
  await isWhole(t, sandbox);
});

test('a long transaction waits for a reader at its end alone, however many pages it changes', async (t) => {
  const sandbox = await backUpTwice(t);
  const reader = openReader(sandbox);
  const catalog = Catalog.open(pathFromText(sandbox.data('catalog.sqlite3')), { readOnly: false });
  const row = {
    sizeBytes: 1n,
    mtimeNs: 1n,
    ctimeNs: 1n,
    device: 1n,
    inode: 1n,
    isSettled: true,
  };
  const insertMany = (): void => {
    for (let n = 0; n < 20_000; n += 1) {
      catalog.sourceStates.put({ ...row, path: pathFromText(`${'long '.repeat(150)}${n}`) });
    }
  };
  t.throws(() => catalog.annotate(insertMany), { instanceOf: LockedError });
  reader.close();
  catalog.annotate(insertMany);
  t.is(catalog.sourceStates.list().length, 20_002);
  catalog.close();
});
