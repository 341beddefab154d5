import test from 'ava';
import { backup } from '../../../src/engine/backup/backup.js';
import { snapshotTime } from '../../../src/engine/backup/snapshot-time.js';
import { createTestContext } from '../../support/program/run-context.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}

test('a snapshot has the second at which its reading began', async (t) => {
  const context = createTestContext();
  const sandbox = await createSandbox(t, { context });
  await sandbox.write('dump.rdb', 'x');
  let began = 0;
  const checkpoint = async (): Promise<void> => {
    if (began === 0) began = Math.floor(context.clock.nowMs() / 1000);
    context.advance(5);
  };
  const report = await sandbox.backup({ context: { ...context, checkpoint } });
  t.true(seconds(report.snapshot.time) - began <= 5 * 3, 'a first backup looks at SOURCE twice');
  t.true(
    context.clock.nowMs() / 1000 - seconds(report.snapshot.time) > 5,
    String(context.clock.nowMs() / 1000 - seconds(report.snapshot.time)),
  );
  t.regex(report.snapshot.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test('two backups in one second are one second apart', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  const times: number[] = [];
  for (let run = 0; run < 4; run += 1) {
    const { snapshot, notes } = await backup(sandbox.backupRequest(), sandbox.context);
    times.push(seconds(snapshot.time));
    t.deepEqual(notes, []);
  }
  const [first = 0] = times;
  t.deepEqual(times, [first, first + 1, first + 2, first + 3]);
});

test('a clock more than five minutes behind is named, and the snapshot is still the newest', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'one');
  const first = await sandbox.backup();
  await sandbox.write('dump.rdb', 'two');
  sandbox.context.advance(-60 - 3600);
  const second = await sandbox.backup();
  t.deepEqual(lookNames(second.notes), ['clock-behind -']);
  t.deepEqual(lookNames(second.snapshot.notes), ['clock-behind -']);
  t.is(seconds(second.snapshot.time), seconds(first.snapshot.time) + 1);
  t.is(await sandbox.read('dump.rdb'), 'two');
  t.is(sandbox.files()['dump.rdb']?.size, 3);
});

test('five minutes are allowed, a second more is not', (t) => {
  const last = { timeSeconds: 1_795_312_800 } as Parameters<typeof snapshotTime>[1];
  t.deepEqual(snapshotTime(1_795_312_500_999, last), { timeSeconds: 1_795_312_801, note: null });
  t.is(snapshotTime(1_795_312_499_999, last).note?.kind, 'clock-behind');
  t.deepEqual(snapshotTime(1_795_312_900_999, last), { timeSeconds: 1_795_312_900, note: null });
  t.deepEqual(snapshotTime(1_795_312_900_001, null), { timeSeconds: 1_795_312_900, note: null });
});
