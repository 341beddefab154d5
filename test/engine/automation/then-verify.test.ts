// What a night verifies after its backup. Damage is told, and the backup stays good.
import { readdir, truncate } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { type NightReport, runNight } from '../../../src/engine/automation/run-night.js';
import { InterruptedError } from '../../../src/errors.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function night(sandbox: Sandbox, context = sandbox.context): Promise<NightReport> {
  sandbox.context.advance(60);
  for (const name of ['dump.rdb', 'nodes.conf']) {
    await sandbox.write(name, `${name} as of ${sandbox.context.clock.nowMs()}`);
  }
  return runNight(
    {
      backup: sandbox.backupRequest(),
      keep: null,
      thenExport: null,
      thenVerifyMs: 60_000,
    },
    context,
  );
}

test('everything is verified, and nothing is said where all is well', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('other', '0123456789');
  await night(sandbox);
  const { verification, notes } = await night(sandbox);
  t.like(verification, { problems: 0, bytesLeft: 0 });
  t.true((verification?.bytesChecked ?? 0) > 0);
  t.deepEqual(notes, []);
});

test('damage is one warning, and the snapshot is taken', async (t) => {
  const sandbox = await createSandbox(t);
  for (let n = 1; n <= 3; n += 1) await night(sandbox);
  const increments = sandbox.inMirror('redis-rewind-data/increments');
  const files = (await readdir(increments, { recursive: true, withFileTypes: true })).filter(
    (each) => each.isFile(),
  );
  t.true(files.length >= 2, String(files.length));
  for (const { name, parentPath } of files) await truncate(path.join(parentPath, name), 1);
  const { snapshot, verification, notes } = await night(sandbox);
  t.is(snapshot.id, 4);
  t.true((verification?.problems ?? 0) >= 2, JSON.stringify(notes));
  const told = notes.filter(({ kind }) => kind === 'damage-found');
  t.is(told.length, 1);
  t.regex(told[0]?.message ?? '', /^the snapshot is safe, and the repository is damaged: '.*more$/);
});

test('a signal meanwhile ends the verification, and the backup is still good', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('other', '0123456789');
  await night(sandbox);
  let reads = 0;
  let isOver = false;
  const fileSystem = new HookedFileSystem(({ operation }) => {
    if (isOver && operation === 'read') reads += 1;
  });
  const checkpoint = async (): Promise<void> => {
    isOver = sandbox.list().length === 2;
    if (isOver && reads > 0) throw new InterruptedError('SIGTERM');
  };
  const context = { ...sandbox.context, fileSystem, checkpoint };
  const { snapshot, verification, notes } = await night(sandbox, context);
  t.is(snapshot.id, 2);
  t.is(verification, null);
  t.deepEqual(lookNames(notes), []);
  t.true(notes.some(({ kind }) => kind === 'not-verified'));
});
