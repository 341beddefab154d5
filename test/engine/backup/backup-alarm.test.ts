import test, { type ExecutionContext } from 'ava';
import { InterruptedError } from '../../../src/errors.js';
import { HookedFileSystem, ProcessDied } from '../../support/files/hooked-file-system.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type BackupOptions } from '../../support/sandbox/sandbox-options.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const BEFORE = 1000;

/** Two nights, and a SOURCE that has lost a fifth of its dump since. */
async function afterLoss(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  for (const night of ['1', '2']) {
    await sandbox.write('dump.rdb', night.repeat(BEFORE));
    await sandbox.backup();
  }
  await sandbox.write('dump.rdb', '3'.repeat(BEFORE * 0.8));
  return sandbox;
}

const ENDS: Record<string, (sandbox: Sandbox) => NonNullable<BackupOptions['context']>> = {
  'a signal': (sandbox) => ({
    checkpoint: async () => {
      if (sandbox.list().length > 2) throw new InterruptedError('SIGTERM');
    },
  }),
  // The first change of the mirror is what follows the commit.
  'a kill': () => ({
    fileSystem: new HookedFileSystem(({ operation, path }) => {
      if (operation === 'rename' && path.endsWith('/staging/new/1')) throw new ProcessDied();
    }),
  }),
};

for (const [title, end] of Object.entries(ENDS)) {
  test(`${title} right after the commit loses no alarm, also where another share than usual was asked for`, async (t) => {
    const sandbox = await afterLoss(t);
    const { notes } = await sandbox.backup({ alarmPercent: 10, context: end(sandbox) });
    t.true(lookNames(notes).includes('alarm -'), 'said by the backup');
    t.is(sandbox.list().length, 3);
    const removal = await sandbox.thin({ ids: [1] });
    t.deepEqual(lookNames(removal.notes), ['alarm -']);
    t.deepEqual([removal.removed, sandbox.list().length], [0, 3]);
  });
}

test('a share that is lost within the limit raises no alarm', async (t) => {
  const sandbox = await afterLoss(t);
  t.deepEqual(lookNames((await sandbox.backup({ alarmPercent: 20 })).notes), []);
  t.deepEqual(lookNames((await sandbox.thin({ ids: [1] })).notes), []);
});

test('a loss that a recovery is about to mend leaves no alarm, and the list shows it as confirmed', async (t) => {
  const sandbox = await afterLoss(t);
  const { notes } = await sandbox.backup({ alarmPercent: 10, isBeforeRecovery: true });
  t.deepEqual(lookNames(notes), []);
  const alarm = sandbox.list().at(-1)?.alarm;
  t.deepEqual(
    alarm?.reasons.map(({ kind }) => kind),
    ['fewer-bytes'],
  );
  t.not(alarm?.confirmedAt, null);
  t.is((await sandbox.thin({ ids: [1] })).removed, 1);
});
