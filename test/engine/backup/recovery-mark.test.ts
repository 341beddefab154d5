// A backup after a recovery of the server whose files it takes: it records the recovery, and raises no alarm for it.
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
  type RecoveryMark,
  markRecovery,
  readRecoveryMark,
} from '../../../src/repository/commit/recovery-mark.js';
import { SourceChangedError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const fileSystem = new RealFileSystem();

function markOf(sandbox: Sandbox, changes: Partial<RecoveryMark> = {}): RecoveryMark {
  return {
    recoveryId: '20261128T031500Z',
    snapshotId: 1,
    isFromArchive: false,
    state: 'recovered',
    host: sandbox.context.hostName,
    source: pathFromText(sandbox.source),
    ...changes,
  };
}

function markFile(sandbox: Sandbox): string {
  return path.join(sandbox.repository, 'redis-rewind-data', 'recovered');
}

test('the next backup records a recovery with its snapshot, once', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'night');
  await sandbox.backup();
  const mark = markOf(sandbox);
  markRecovery(fileSystem, sandbox.repositoryPath, mark);
  t.deepEqual(readRecoveryMark(fileSystem, sandbox.repositoryPath), mark);
  t.deepEqual((await sandbox.verify()).notes, [], 'verify knows the mark');

  const { notes } = await sandbox.backup();
  t.deepEqual(
    notes.map(({ severity, kind }) => `${severity} ${kind}`),
    ['info recovered'],
  );
  t.regex(notes[0]?.message ?? '', /brought back to snapshot 1 .*20261128T031500Z/);
  const [, second] = sandbox.list();
  t.deepEqual(
    second?.notes.map(({ severity, kind }) => `${severity} ${kind}`),
    ['info recovered'],
  );
  t.false(existsSync(markFile(sandbox)));
  t.deepEqual((await sandbox.backup()).notes, []);
});

test('a recovery that has not ended is a warning of each backup', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'night');
  await sandbox.backup();
  markRecovery(fileSystem, sandbox.repositoryPath, markOf(sandbox, { state: 'begun' }));
  for (const time of [1, 2]) {
    const { notes } = await sandbox.backup();
    t.deepEqual(
      notes.map(({ severity, kind }) => `${severity} ${kind}`),
      ['look unfinished-recovery'],
      `backup ${time}`,
    );
  }
});

test('a server that was recovered from the repository of another one may be backed up into it', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'night');
  await sandbox.backup();
  const moved = path.join(sandbox.root, 'moved');
  await rename(sandbox.source, moved);
  await mkdir(sandbox.source);
  await t.throwsAsync(sandbox.backup({ source: moved }), { instanceOf: SourceChangedError });
  markRecovery(fileSystem, sandbox.repositoryPath, markOf(sandbox, { host: 'another' }));
  await t.throwsAsync(sandbox.backup({ source: moved }), { instanceOf: SourceChangedError });
  markRecovery(
    fileSystem,
    sandbox.repositoryPath,
    markOf(sandbox, { source: pathFromText(moved) }),
  );
  t.is((await sandbox.backup({ source: moved })).snapshot.id, 2);
});

test('a mark that was cut off, is damaged or is no file means nothing', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'night');
  await sandbox.backup();
  for (const text of ['{"recoveryId":"2026', '{}\n', 'x\n', '\n', '']) {
    writeFileSync(markFile(sandbox), text);
    t.deepEqual((await sandbox.backup()).notes, [], text);
  }
});
