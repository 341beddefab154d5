// The journal of a recovery: what is left to be done after a kill at any line, and what is not believed.
import { chmod, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import type { JournalEntry } from '../../../../src/engine/recover/journal/journal-entries.js';
import { readState, stepsLeft } from '../../../../src/engine/recover/journal/journal-state.js';
import {
  type JournalPlace,
  RecoveryJournal,
  listRecoveries,
  makeRecoveries,
} from '../../../../src/engine/recover/journal/recovery-journal.js';
import type { RecoveryRecord } from '../../../../src/engine/recover/journal/recovery-record.js';
import { CorruptError, InTheWayError } from '../../../../src/errors.js';
import { formatPath, pathFromText } from '../../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../../support/files/temporary-directory.js';

const ID = '20261128T031500Z';
const RECORD: RecoveryRecord = {
  id: ID,
  program: 'redis-rewind 0.1.0',
  snapshotId: 4,
  time: '2D',
  archive: '5f'.repeat(32),
  directory: { path: pathFromText('/var/lib/r\udce9dis'), dev: 64769n, ino: (1n << 63n) + 5n },
  data: ['dump.rdb', 'appendonlydir'].map(pathFromText),
  aside: [pathFromText('dump.rdb')],
  isAsideWithin: true,
  startedBy: 'systemctl start redis-server.service',
};

async function place(t: ExecutionContext): Promise<JournalPlace> {
  const at = {
    fileSystem: new RealFileSystem(),
    recoveries: pathFromText(path.join(await temporaryDirectory(t), 'a', 'recover')),
    uid: process.geteuid?.() ?? 0,
    processId: 4711,
  };
  makeRecoveries(at);
  return at;
}

function fileOf({ recoveries }: JournalPlace): string {
  return `${formatPath(recoveries)}/${ID}/steps`;
}

test('what was written is read again', async (t) => {
  const at = await place(t);
  t.deepEqual(listRecoveries(at), []);
  const journal = RecoveryJournal.create(at, RECORD);
  journal.noteBegun('keep-present');
  journal.noteDone('keep-present');
  journal.noteBegun('stop');
  t.deepEqual(listRecoveries(at), [ID]);
  const again = RecoveryJournal.open({ ...at, processId: 12 }, ID);
  t.deepEqual(again?.state.record, RECORD);
  t.deepEqual([...(again?.state.begun ?? [])], ['keep-present', 'stop']);
  t.deepEqual([...(again?.state.done ?? [])], ['keep-present']);
  t.deepEqual([...(again?.state.processIds ?? [])], [4711]);
  t.throws(() => RecoveryJournal.create(at, RECORD), undefined, 'a recovery has one journal');
});

test('a recovery that is gone since it was listed is none, and no reason for an alarm', async (t) => {
  const at = await place(t);
  t.is(RecoveryJournal.open(at, ID), null);
});

test('a journal that was cut off at any byte has the steps before, and goes on', async (t) => {
  const at = await place(t);
  const journal = RecoveryJournal.create(at, RECORD);
  journal.noteBegun('keep-present');
  const before = (await readFile(fileOf(at))).length;
  journal.noteDone('keep-present');
  const whole = await readFile(fileOf(at));
  for (let size = 0; size < whole.length; size += 1) {
    await writeFile(fileOf(at), whole);
    await truncate(fileOf(at), size);
    const cut = RecoveryJournal.open(at, ID);
    const has = cut === null ? [] : [...cut.state.begun];
    t.false(cut?.state.done.has('keep-present') ?? false, String(size));
    if (cut === null) continue;
    cut.noteBegun('stop');
    t.deepEqual([...(RecoveryJournal.open(at, ID)?.state.begun ?? [])], [...has, 'stop']);
    t.is(has.length, size < before ? 0 : 1, String(size));
  }
});

test('a changed byte is damage, or another name, and never another step', async (t) => {
  const at = await place(t);
  const journal = RecoveryJournal.create(at, RECORD);
  journal.noteBegun('stop');
  const text = await readFile(fileOf(at), 'utf8');
  for (const [from, to] of [
    ['"step":"stop"', '"step":"stap"'],
    ['"begun"', '"began"'],
    ['"name":"dump.rdb"', '"name":"../x.rdb"'],
    ['"name":"dump.rdb"', '"name":"a/b.rdbx"'],
    ['"name":"dump.rdb"', '"name":".."'],
    [`"id":"${ID}"`, '"id":"../../../etc/x."'],
    [`"id":"${ID}"`, '"id":"20261128T031501Z"'],
    ['"inode":"', '"inode":"x'],
    ['"entry":"step"', '"entry":"stop"'],
  ] as const) {
    t.true(text.includes(from), from);
    await writeFile(fileOf(at), text.replace(from, to));
    t.throws(() => RecoveryJournal.open(at, ID), { instanceOf: CorruptError }, to);
  }
});

test('a journal that is too large, or no file, is not read', async (t) => {
  const at = await place(t);
  RecoveryJournal.create(at, RECORD);
  await truncate(fileOf(at), 2 * 1024 * 1024);
  t.throws(() => RecoveryJournal.open(at, ID), { instanceOf: CorruptError });
  const other = await place(t);
  await mkdir(`${formatPath(other.recoveries)}/${ID}`, { mode: 0o700 });
  await symlink('/dev/zero', fileOf(other));
  t.throws(() => RecoveryJournal.open(other, ID));
});

test('a folder in which others may write is not believed', async (t) => {
  const at = await place(t);
  RecoveryJournal.create(at, RECORD);
  await chmod(path.dirname(fileOf(at)), 0o770);
  t.throws(() => RecoveryJournal.open(at, ID), { instanceOf: InTheWayError });
  await chmod(formatPath(at.recoveries), 0o777);
  t.throws(() => makeRecoveries(at), { instanceOf: InTheWayError });
});

const FIRST: JournalEntry = { entry: 'recovery', record: RECORD };
const UNDO: JournalEntry = { entry: 'undo' };

function step(name: string, state: 'begun' | 'done' = 'done'): JournalEntry {
  return { entry: 'step', step: name, state, processId: 1 } as JournalEntry;
}

const LEFT: readonly (readonly [string, readonly JournalEntry[], readonly string[]])[] = [
  ['nothing done', [], ['keep-present', 'stop', 'move-aside', 'place', 'start', 'check']],
  [
    'a step begun is done again',
    [step('keep-present'), step('stop', 'begun')],
    ['stop', 'move-aside', 'place', 'start', 'check'],
  ],
  [
    'the last step',
    ['keep-present', 'stop', 'move-aside', 'place', 'start'].map((name) => step(name)),
    ['check'],
  ],
  ['all done', [{ entry: 'end', outcome: 'recovered' }], []],
  ['undo before the stop', [step('keep-present'), UNDO], []],
  ['undo after the stop', [step('keep-present'), step('stop', 'begun'), UNDO], ['start-former']],
  [
    'undo while files are moved',
    [step('stop'), step('move-aside', 'begun'), UNDO],
    ['stop-again', 'put-back', 'start-former'],
  ],
  [
    'undo once files may be placed',
    [step('stop'), step('move-aside'), step('place', 'begun'), UNDO],
    ['stop-again', 'take-away', 'put-back', 'start-former'],
  ],
  [
    'undo of a recovery that has ended',
    [
      ...['stop', 'move-aside', 'place', 'start', 'check'].map((name) => step(name)),
      { entry: 'end', outcome: 'recovered' },
      UNDO,
    ],
    ['stop-again', 'take-away', 'put-back', 'start-former'],
  ],
  [
    'an undo that was killed goes on',
    [
      step('stop'),
      step('move-aside'),
      step('place'),
      UNDO,
      step('stop-again'),
      step('take-away', 'begun'),
    ],
    ['take-away', 'put-back', 'start-former'],
  ],
];

for (const [title, entries, expected] of LEFT) {
  test(`what is left: ${title}`, (t) => {
    const state = readState([FIRST, ...entries]);
    t.deepEqual(state && stepsLeft(state), expected as ReturnType<typeof stepsLeft>);
  });
}
