import test, { type ExecutionContext } from 'ava';
import { CorruptError, NotInSnapshotError, UsageError } from '../../../src/errors.js';
import { HookedFileSystem, systemFailure } from '../../support/files/hooked-file-system.js';
import { treeDifferences } from '../../support/files/directory-tree.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type RdbKey, writeRdb } from '../../support/redis/data/rdb-writer.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const DAY = 86_400;

/** Each night the dump has these many keys. */
async function nights(t: ExecutionContext, keys: readonly number[]): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true, examines: true, stepSeconds: DAY });
  for (const [night, count] of keys.entries()) {
    await save(sandbox, night, count);
    await sandbox.backup();
  }
  return sandbox;
}

async function save(sandbox: Sandbox, night: number, count: number): Promise<void> {
  const list = Array.from({ length: count }, (_, index): RdbKey => ({
    database: 0,
    key: `key ${index}`,
    value: { type: 'string', text: `${index % 10 === 0 ? night : 0}:${index}` },
  }));
  await sandbox.write('dump.rdb', writeRdb(list));
}

function ids(sandbox: Sandbox): number[] {
  return sandbox.list().map(({ id }) => id);
}

async function isWhole(t: ExecutionContext, sandbox: Sandbox): Promise<void> {
  const { problems, notes } = await sandbox.verify();
  t.deepEqual([problems, lookNames(notes)], [[], []]);
  for (const id of ids(sandbox)) {
    const tree = await sandbox.restoredTree({ time: `#${id}` });
    t.deepEqual(treeDifferences(sandbox.snapshot(id).tree, tree), []);
  }
}

test('the plan of a dry run is what the real run does, and a dry run changes nothing', async (t) => {
  const sandbox = await nights(t, [50, 60, 70, 80, 90, 100]);
  const rules = { buckets: { daily: 2 }, last: 1 };
  const dry = await sandbox.thin({ rules, dryRun: true });
  t.deepEqual(ids(sandbox), [1, 2, 3, 4, 5, 6]);
  const real = await sandbox.thin({ rules });
  t.deepEqual(real.snapshots, dry.snapshots);
  t.deepEqual([real.removed, real.kept, dry.removed, dry.kept], [4, 2, 4, 2]);
  t.true(real.freedBytes >= dry.freedBytes && dry.freedBytes > 0);
  t.deepEqual(ids(sandbox), [5, 6]);
  t.deepEqual(
    dry.snapshots.map(({ reasons }) => reasons.map(({ kind }) => kind)),
    [['no-rule'], ['no-rule'], ['no-rule'], ['no-rule'], ['bucket'], ['newest', 'last', 'bucket']],
  );
  await isWhole(t, sandbox);
});

test('only what is older is considered, and named snapshots go whatever the rules would say', async (t) => {
  const sandbox = await nights(t, [10, 10, 10, 10, 10, 10]);
  await sandbox.thin({ olderThan: '3B' });
  t.deepEqual(ids(sandbox), [3, 4, 5, 6]);
  await sandbox.thin({ ids: [4] });
  t.deepEqual(ids(sandbox), [3, 5, 6]);
  await isWhole(t, sandbox);
});

test('the newest is never removed, and everything else only with --force', async (t) => {
  const sandbox = await nights(t, [10, 10, 10]);
  await t.throwsAsync(sandbox.thin({ ids: [3], force: true }), { instanceOf: UsageError });
  await t.throwsAsync(sandbox.thin({ ids: [9] }), { instanceOf: NotInSnapshotError });
  const error = await t.throwsAsync(sandbox.thin({ rules: { last: 0 } }), {
    instanceOf: UsageError,
  });
  t.regex(error.hint ?? '', /--dry-run.*--force/);
  t.is((await sandbox.thin({ rules: { last: 0 }, dryRun: true })).removed, 2);
  t.deepEqual(ids(sandbox), [1, 2, 3]);
  await sandbox.thin({ rules: { last: 0 }, force: true });
  t.deepEqual(ids(sandbox), [3]);
  await isWhole(t, sandbox);
});

test('a dry run shows what the run itself refuses, and says so', async (t) => {
  const sandbox = await nights(t, [10, 10, 10]);
  const options = { rules: { last: 1 }, dryRun: true };
  const { snapshots, removed, notes } = await sandbox.thin(options);
  t.deepEqual([snapshots.map(({ goes }) => goes), removed], [[true, true, false], 2]);
  t.deepEqual(lookNames(notes), ['not-removed -']);
  t.deepEqual((await sandbox.thin({ ...options, force: true })).notes, []);
  t.deepEqual(ids(sandbox), [1, 2, 3]);
});

test('a range removes what it holds, though some of its numbers are gone', async (t) => {
  const sandbox = await nights(t, [10, 10, 10, 10, 10, 10]);
  await sandbox.thin({ ids: [1, 3] });
  await sandbox.thin({ ids: [{ first: 1, last: 4 }] });
  t.deepEqual(ids(sandbox), [5, 6]);
  const gone = { instanceOf: NotInSnapshotError, message: /no snapshot from 1 to 4$/ };
  await t.throwsAsync(sandbox.thin({ ids: [{ first: 1, last: 4 }] }), gone);
  const newest = { instanceOf: UsageError, message: /snapshot 6 is the newest/ };
  await t.throwsAsync(sandbox.thin({ ids: [{ first: 1, last: 99_999_999_999 }] }), newest);
  await isWhole(t, sandbox);
});

test('what stays by a pin, or because it is the newest, is not said to stay because of an alarm', async (t) => {
  const sandbox = await nights(t, [5000, 5000, 0]);
  await sandbox.remark(1, { kind: 'pin', note: null });
  const held = await sandbox.thin({ rules: { last: 0 } });
  t.regex(held.notes.find(({ kind }) => kind === 'alarm')?.message ?? '', /^1 snapshot stays/);
  const onlyPinned = await sandbox.thin({ olderThan: '#2' });
  t.deepEqual(
    onlyPinned.snapshots[0]?.reasons.map(({ kind }) => kind),
    ['pinned', 'before-alarm'],
  );
  t.regex(onlyPinned.notes[0]?.message ?? '', /^nothing older is removed because of an alarm/);
});

test('a pinned snapshot stays, and goes only if it is named with --force', async (t) => {
  const sandbox = await nights(t, [10, 10, 10, 10]);
  await sandbox.remark(2, { kind: 'pin', note: 'before the upgrade' });
  const { snapshots } = await sandbox.thin({ rules: { last: 1 } });
  t.deepEqual(snapshots[1]?.reasons, [{ kind: 'pinned' }]);
  t.deepEqual(ids(sandbox), [2, 4]);
  await t.throwsAsync(sandbox.thin({ ids: [2] }), { instanceOf: UsageError, message: /pinned/ });
  await sandbox.thin({ ids: [2], force: true });
  t.deepEqual(ids(sandbox), [4]);
});

test('after FLUSHALL nothing older is removed until somebody confirms it', async (t) => {
  const sandbox = await nights(t, [5000, 5000, 5000]);
  await save(sandbox, 4, 0);
  const flushed = await sandbox.backup();
  t.deepEqual(lookNames(flushed.notes), ['alarm -']);
  await save(sandbox, 5, 100);
  t.deepEqual(lookNames((await sandbox.backup()).notes), [], 'said once');
  const rules = { last: 1 };
  const held = await sandbox.thin({ rules });
  t.deepEqual(lookNames(held.notes), ['alarm -']);
  t.deepEqual(ids(sandbox), [1, 2, 3, 4, 5]);
  await sandbox.backup();
  await sandbox.thin({ rules });
  t.deepEqual(ids(sandbox), [1, 2, 3, 4, 6], 'what came after the alarm may go');
  t.deepEqual(lookNames((await sandbox.thin({ rules })).notes), ['alarm -'], 'said each time');
  await t.throwsAsync(sandbox.remark(2, { kind: 'confirm' }), { instanceOf: UsageError });
});

test('a confirmed alarm lets the rules work again', async (t) => {
  const sandbox = await nights(t, [5000, 5000]);
  await sandbox.remove('dump.rdb');
  await sandbox.write('other', 'file');
  const { notes } = await sandbox.backup();
  t.deepEqual(lookNames(notes), ['alarm -']);
  t.regex(notes.find(({ kind }) => kind === 'alarm')?.hint ?? '', /redis-rewind confirm .* 3'$/);
  const report = await sandbox.remark(3, { kind: 'confirm' });
  t.deepEqual([report.changed, report.alarms], [true, []]);
  t.false((await sandbox.remark(3, { kind: 'confirm' })).changed);
  await sandbox.thin({ rules: { last: 1 }, force: true });
  t.deepEqual(ids(sandbox), [3]);
});

test('the snapshot with the alarm stays too, even if it is named: the alarm would go with it', async (t) => {
  const sandbox = await nights(t, [5000, 0, 10, 10]);
  const { snapshots, notes } = await sandbox.thin({ ids: [2], force: true });
  t.deepEqual(snapshots[1]?.reasons, [{ kind: 'alarm', snapshotId: 2 }]);
  t.deepEqual(lookNames(notes), ['alarm -']);
  t.deepEqual(ids(sandbox), [1, 2, 3, 4]);
});

test('a run of increments that is damaged stays and is named, and every other snapshot is as before', async (t) => {
  const sandbox = await nights(t, [900, 900, 900, 900]);
  const { writeFileSync, readFileSync } = await import('node:fs');
  const file = sandbox.data('increments/2');
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0x10;
  writeFileSync(file, bytes);
  const { notes } = await sandbox.thin({ ids: [2] });
  t.deepEqual(lookNames(notes), ['left-damaged -']);
  t.regex(
    notes[0]?.hint ?? '',
    /redis-rewind verify .* shows what is damaged/,
    'the catalog is not',
  );
  t.deepEqual(ids(sandbox), [1, 3, 4]);
  for (const id of [3, 4]) {
    const tree = await sandbox.restoredTree({ time: `#${id}` });
    t.deepEqual(treeDifferences(sandbox.snapshot(id).tree, tree), []);
  }
  await t.throwsAsync(sandbox.restoredTree({ time: '#1' }), { instanceOf: CorruptError });
  t.true((await sandbox.verify()).problems.length > 0);
});

test('trouble of the system after the snapshots are gone is a warning, and the next removal does the rest', async (t) => {
  const sandbox = await nights(t, [900, 900, 900, 900, 900]);
  const fileSystem = new HookedFileSystem((call) => {
    const isRead = call.operation === 'open' && !call.isMutation;
    if (isRead && call.path.includes('/increments/')) throw systemFailure(call, 'EACCES');
  });
  const { notes, removed } = await sandbox.thin({ ids: [2, 3], context: { fileSystem } });
  t.is(removed, 2);
  t.deepEqual(lookNames(notes), ['unfinished -']);
  t.regex(notes.find(({ kind }) => kind === 'unfinished')?.message ?? '', /EACCES|permission/i);
  t.deepEqual(ids(sandbox), [1, 4, 5]);
  await isWhole(t, sandbox);
  const before = sandbox.info().increments;
  t.deepEqual(lookNames((await sandbox.thin({ rules: { last: 9 } })).notes), []);
  t.true(sandbox.info().increments < before);
  await isWhole(t, sandbox);
});

test('an alarm is told by every removal, also by one that it does not hold back', async (t) => {
  const sandbox = await nights(t, [5000, 0, 10, 10]);
  const { notes, removed } = await sandbox.thin({ ids: [3] });
  t.is(removed, 1);
  t.deepEqual(lookNames(notes), ['alarm -']);
  t.regex(notes[0]?.message ?? '', /^nothing older is removed because of an alarm at snapshot 2: /);
});
