import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { InterruptedError } from '../../../src/errors.js';
import type { Checkpoint } from '../../../src/system/time/checkpoint.js';
import {
  HookedFileSystem,
  ProcessDied,
  dieAtMutation,
} from '../../support/files/hooked-file-system.js';
import { isThere } from '../../support/files/is-there.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** Interrupts at a step, and says whether that step was reached. */
function interruptAt(step: number): {
  readonly checkpoint: Checkpoint;
  readonly hasStruck: () => boolean;
} {
  let steps = 0;
  return {
    checkpoint: async () => {
      steps += 1;
      if (steps === step) throw new InterruptedError('SIGTERM');
    },
    hasStruck: () => steps >= step,
  };
}

async function placeWithDump(t: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  return sandbox;
}

test('a first backup that fails at any step leaves nothing behind, not even parent folders', async (t) => {
  const origin = await placeWithDump(t);
  const sandbox = origin.withRepository(path.join(origin.root, 'parents/of/repository'));
  const before = await fs.readdir(origin.root);
  for (let step = 1; ; step += 1) {
    const { checkpoint, hasStruck } = interruptAt(step);
    const run = sandbox.backup({ context: { checkpoint } });
    const error: unknown = await run.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!hasStruck()) {
      t.true(step > 5, `${step} steps`);
      return;
    }
    t.true(error instanceof InterruptedError, String(error));
    t.deepEqual(await fs.readdir(origin.root), before, `step ${step}`);
  }
});

test('a folder that existed before stays, and is empty again', async (t) => {
  const sandbox = await placeWithDump(t);
  await fs.mkdir(sandbox.repository);
  const { checkpoint } = interruptAt(4);
  const context = { ...sandbox.context, checkpoint };
  await t.throwsAsync(sandbox.backup({ context }), { instanceOf: InterruptedError });
  t.deepEqual(await fs.readdir(sandbox.repository), []);
});

for (const name of ['notes.txt', 'redis-rewind-data/notes.txt']) {
  test(`a file that somebody else has put into the repository meanwhile is never removed: ${name}`, async (t) => {
    const sandbox = await placeWithDump(t);
    const file = sandbox.inMirror(name);
    let isPut = false;
    const checkpoint = async (): Promise<void> => {
      const isMade = await fs.stat(sandbox.data('catalog.sqlite3')).catch(() => null);
      if (isMade === null) return;
      await fs.writeFile(file, 'mine');
      isPut = true;
      throw new InterruptedError('SIGTERM');
    };
    const context = { ...sandbox.context, checkpoint };
    await t.throwsAsync(sandbox.backup({ context }), { instanceOf: InterruptedError });
    t.true(isPut);
    t.is(await fs.readFile(file, 'utf8'), 'mine');
    t.deepEqual(sandbox.list(), []);
    await fs.rm(file);
    t.is((await sandbox.backup()).snapshot.id, 1);
  });
}

test('a repository that holds a snapshot stays when a later backup fails', async (t) => {
  const sandbox = await placeWithDump(t);
  await sandbox.backup();
  await sandbox.write('dump.rdb', 'another one');
  const { checkpoint } = interruptAt(4);
  const context = { ...sandbox.context, checkpoint };
  await t.throwsAsync(sandbox.backup({ context }), { instanceOf: InterruptedError });
  t.is(sandbox.list().length, 1);
});

test('a writer that waits while the first backup of another fails makes the repository itself', async (t) => {
  const sandbox = await placeWithDump(t);
  let second: Promise<unknown> = Promise.resolve();
  let isSecondBegun = false;
  let tellWaiting = (): void => {};
  const isWaiting = new Promise<void>((resolve) => {
    tellWaiting = resolve;
  });
  const checkpoint = async (): Promise<void> => {
    const isMade = await fs.stat(sandbox.data('catalog.sqlite3')).catch(() => null);
    if (isMade === null || isSecondBegun) return;
    isSecondBegun = true;
    const context = { ...sandbox.context, checkpoint: async () => tellWaiting() };
    second = sandbox.backup({ context, waitLockMs: 600_000 });
    await isWaiting;
    throw new InterruptedError('SIGTERM');
  };
  const context = { ...sandbox.context, checkpoint };
  await t.throwsAsync(sandbox.backup({ context }), { instanceOf: InterruptedError });
  await second;
  t.is(sandbox.list().length, 1);
  t.deepEqual((await sandbox.verify()).problems, []);
  t.is((await sandbox.backup()).snapshot.id, 2);
});

test('a process that dies while it removes an unfinished repository leaves one that the next backup finishes', async (t) => {
  const origin = await placeWithDump(t);
  let died = 0;
  for (let n = 1; ; n += 1) {
    const sandbox = origin.withRepository(path.join(origin.root, `attempt-${n}/repository`));
    const death = dieAtMutation(n);
    const fileSystem = new HookedFileSystem(death.hook, { sync: false });
    const { checkpoint } = interruptAt(6);
    const context = { ...sandbox.context, fileSystem, checkpoint };
    const error: unknown = await sandbox.backup({ context }).catch((reason: unknown) => reason);
    if (!death.hasStruck()) {
      t.true(error instanceof InterruptedError, String(error));
      t.false(isThere(origin.at(`attempt-${n}`)), `attempt-${n}`);
      t.true(died > 0, `${died} deaths while it was removed, ${n} in all`);
      return;
    }
    if (!(error instanceof ProcessDied)) died += 1;
    t.deepEqual((await sandbox.backup()).notes, [], `mutation ${n}`);
    t.deepEqual((await sandbox.verify()).problems, [], `mutation ${n}`);
  }
});
