import test, { type ExecutionContext } from 'ava';
import { type NightReport, runNight } from '../../../src/engine/automation/run-night.js';
import { type KeepRules, NO_RULES } from '../../../src/engine/keep/keep-rules.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { InterruptedError, SourceMissingError } from '../../../src/errors.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const LAST_TWO: KeepRules = { ...NO_RULES, last: 2 };

async function night(
  sandbox: Sandbox,
  keep: KeepRules | null,
  context: Partial<RunContext> = {},
): Promise<NightReport> {
  sandbox.context.advance(60);
  return runNight(
    { backup: sandbox.backupRequest(), keep, thenExport: null, thenVerifyMs: null },
    { ...sandbox.context, ...context },
  );
}

async function nights(t: ExecutionContext, count: number): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  for (let n = 1; n <= count; n += 1) {
    await sandbox.write('dump.rdb', `night ${n}`);
    await night(sandbox, null);
  }
  return sandbox;
}

function ids(sandbox: Sandbox): number[] {
  return sandbox.list().map(({ id }) => id);
}

test('without rules a night is a backup and removes nothing', async (t) => {
  const sandbox = await nights(t, 3);
  const { removal, notes } = await night(sandbox, null);
  t.is(removal, null);
  t.deepEqual(notes, []);
  t.deepEqual(ids(sandbox), [1, 2, 3, 4]);
});

test('the rules are applied after the backup, and count its snapshot', async (t) => {
  const sandbox = await nights(t, 3);
  const { removal, snapshot, notes } = await night(sandbox, LAST_TWO);
  t.is(snapshot.id, 4);
  t.like(removal, { removed: 2, kept: 2 });
  t.deepEqual(notes, []);
  t.deepEqual(ids(sandbox), [3, 4]);
});

test('a backup that fails removes nothing', async (t) => {
  const sandbox = await nights(t, 3);
  await sandbox.remove('');
  await t.throwsAsync(night(sandbox, LAST_TWO), { instanceOf: SourceMissingError });
  t.deepEqual(ids(sandbox), [1, 2, 3]);
});

test('where the removal fails the snapshot is good, and a warning says so', async (t) => {
  const sandbox = await nights(t, 3);
  // After the commit only the removal looks for the repository.
  const fail = failing(
    'EIO',
    ({ operation, path }) =>
      operation === 'realPath' && path === sandbox.repositoryPath && sandbox.list().length > 3,
  );
  const { removal, snapshot, notes } = await night(sandbox, LAST_TWO, {
    fileSystem: new HookedFileSystem(fail),
  });
  t.is(snapshot.id, 4);
  t.is(removal, null);
  t.deepEqual(lookNames(notes), ['not-removed -']);
  t.regex(notes[0]?.message ?? '', /^the snapshot is safe, and old ones were not removed: /);
  const next = await night(sandbox, LAST_TWO);
  t.deepEqual(next.notes, []);
  t.deepEqual(ids(sandbox), [4, 5]);
  t.deepEqual((await sandbox.verify()).notes, []);
});

test('where the snapshots are gone and their files cannot be deleted, a warning says so', async (t) => {
  const sandbox = await nights(t, 3);
  // Only the removal deletes increments.
  const fail = failing(
    'EIO',
    ({ operation, path }) => operation === 'unlink' && /increments\/\d+$/.test(path),
  );
  const { removal, notes } = await night(sandbox, LAST_TWO, {
    fileSystem: new HookedFileSystem(fail),
  });
  t.like(removal, { removed: 2, kept: 2 });
  t.deepEqual(lookNames(notes), ['unfinished -']);
  t.deepEqual((await night(sandbox, LAST_TWO)).notes, []);
  t.deepEqual(ids(sandbox), [4, 5]);
  t.deepEqual((await sandbox.verify()).notes, []);
});

test('a signal after the backup ends the removal, and is no failure', async (t) => {
  const sandbox = await nights(t, 3);
  let isTaken = false;
  const checkpoint = async (): Promise<void> => {
    if (isTaken) throw new InterruptedError('SIGTERM');
    if (ids(sandbox).length === 4 && sandbox.info().increments === 3) isTaken = true;
  };
  const { notes } = await night(sandbox, LAST_TWO, { checkpoint });
  t.deepEqual(
    notes.map(({ severity }) => severity).filter((severity) => severity === 'look'),
    [],
  );
  t.is(sandbox.list().at(-1)?.id, 4);
  await night(sandbox, LAST_TWO);
  t.deepEqual(ids(sandbox), [4, 5]);
});

test('the alarm of a night is told once, and the rules remove nothing that came before', async (t) => {
  const sandbox = await nights(t, 3);
  await sandbox.write('other', 'file');
  await sandbox.remove('dump.rdb');
  const first = await night(sandbox, LAST_TWO);
  t.deepEqual(lookNames(first.notes), ['alarm -']);
  const second = await night(sandbox, LAST_TWO);
  t.deepEqual(lookNames(second.notes), ['alarm -'], 'a removal says it each time');
  t.deepEqual(ids(sandbox), [1, 2, 3, 4, 5]);
  await sandbox.remark(4, { kind: 'confirm' });
  await night(sandbox, LAST_TWO);
  t.deepEqual(ids(sandbox), [5, 6]);
});
