// What `list` shows: the snapshots of a repository, the files of a snapshot, and the changes since a snapshot.
import { chmod, mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import test from 'ava';

import { listChangedSince, listFiles, listSnapshots } from '../../../src/engine/inspect/list.js';
import type { ListedFile } from '../../../src/engine/inspect/list-report.js';
import type { SnapshotSummary } from '../../../src/engine/snapshot/snapshot-summary.js';
import { NoRepositoryError, NotInSnapshotError, UsageError } from '../../../src/errors.js';
import { openForWriting } from '../../../src/repository/open/open-repository.js';
import { formatPath, pathFromBytes, pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { groupName, userName } from '../../../src/system/files/metadata/owners.js';
import { isRoot } from '../../support/program/is-root.js';
import { OWNER, shareNights } from '../../support/sandbox/four-nights.js';
import type { TreeEntry } from '../../support/files/directory-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const nights = shareNights(test);

const shown = (latin1: string): string => formatPath(pathFromBytes(Buffer.from(latin1, 'latin1')));

test('snapshots are listed oldest first, as their backups reported them', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const reported: SnapshotSummary[] = [];
  for (const content of ['one', 'two', 'three']) {
    await writeFile(sandbox.inSource('dump.rdb'), content.repeat(1000));
    reported.push((await sandbox.backup()).snapshot);
  }
  const report = listSnapshots({ repository: sandbox.repositoryPath }, sandbox.context);
  t.is(report.repository, sandbox.repository);
  const remarks = { tags: [], pinned: false, pinNote: null, alarm: null };
  t.deepEqual(
    report.snapshots,
    reported.map((snapshot) => ({ ...snapshot, ...remarks })),
  );
  t.deepEqual(
    report.snapshots.map((row) => [
      row.id,
      row.files,
      row.sourceBytes,
      row.newFiles,
      row.changedFiles,
    ]),
    [
      [1, 1, 3000, 1, 0],
      [2, 1, 3000, 0, 1],
      [3, 1, 5000, 0, 1],
    ],
  );
});

test('a snapshot shows the warnings of its backup', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await symlink('/etc/passwd', sandbox.inSource('link'));
  const { notes } = await sandbox.backup();
  const warnings = notes.filter(({ severity }) => severity === 'look');
  t.is(warnings.length, 1);
  const snapshots = sandbox.list();
  t.deepEqual(snapshots[0]?.notes, warnings);
});

test('the files of a snapshot are listed with everything that was recorded of them', (t) => {
  const sandbox = nights();
  for (const { id, time, tree } of sandbox.recorded) {
    const request = { repository: sandbox.repositoryPath, time };
    const report = listFiles(request, sandbox.context);
    t.is(report.snapshot.id, id);
    const listed = Object.fromEntries(report.files.map((file) => [file.path, asTreeEntry(file)]));
    const recorded = Object.fromEntries(
      Object.entries(tree).map(([name, entry]) => [shown(name), entry]),
    );
    t.deepEqual(listed, recorded);
    const sizes = report.files.map(({ size }) => size ?? 0);
    t.is(
      sizes.reduce((sum, size) => sum + size, 0),
      report.snapshot.sourceBytes,
    );
  }
});

/** A listed file in the words of a tree that was read from the disk. */
function asTreeEntry(file: ListedFile): TreeEntry {
  const [, seconds = '', fraction = ''] = /^(.*)\.(\d{9})Z$/.exec(file.mtime) ?? [];
  return {
    type: file.type,
    mode: file.type === 'symlink' ? '' : file.mode,
    uid: file.uid,
    gid: file.gid,
    mtimeNs: `${Date.parse(`${seconds}Z`) / 1000}${fraction}`,
    content: file.sha256 ?? file.linkTarget ?? '',
  };
}

test('files are listed in byte order, with names where the numbers have one', async (t) => {
  const sandbox = nights();
  const { files } = listFiles({ repository: sandbox.repositoryPath, time: 'now' }, sandbox.context);
  t.deepEqual(
    files.map((file) => file.path),
    Object.keys(sandbox.snapshot(4).tree).toSorted().map(shown),
  );
  t.is(files.filter((file) => file.path === 'caf\\xe9').length, 1);
  const { uid, gid } = isRoot ? OWNER : await stat(sandbox.source);
  for (const { owner, group, stale, damaged } of files) {
    const expected = [userName(uid), groupName(gid), false, false];
    t.deepEqual([owner, group, stale, damaged], expected);
  }
});

test('times before 1970 and names with control characters are shown as text', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const name = pathFromText(sandbox.inSource('a\nb\u202e'));
  await writeFile(sandbox.inSource('a\nb\u202e'), '');
  new RealFileSystem().setModificationTimes([{ path: name, mtimeNs: -1n }]);
  await sandbox.backup();
  const { files } = listFiles({ repository: sandbox.repositoryPath, time: 'now' }, sandbox.context);
  t.deepEqual(
    files.slice(1).map(({ path, mtime }) => ({ path, mtime })),
    [{ path: 'a\\x0ab\\xe2\\x80\\xae', mtime: '1969-12-31T23:59:59.999999999Z' }],
  );
});

test('what changed since a snapshot is told entry by entry', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const at = (name: string): string => sandbox.inSource(name);
  for (const name of [
    'same',
    'content',
    'mode',
    'time',
    'gone',
    'renamed',
    'to-folder',
    'there-and-back',
  ])
    await writeFile(at(name), name);
  await symlink('same', at('link'));
  await mkdir(at('folder'));
  await sandbox.backup();

  await writeFile(at('there-and-back'), 'changed for one night');
  await sandbox.backup();

  await writeFile(at('content'), 'CONTENT');
  await chmod(at('mode'), 0o400);
  await utimes(at('time'), 1, 1);
  await rm(at('gone'));
  await rename(at('renamed'), at('new-name'));
  await rm(at('to-folder'));
  await mkdir(at('to-folder'));
  await writeFile(`${at('to-folder')}/within`, '');
  await rm(at('link'));
  await symlink('elsewhere', at('link'));
  const { mtime } = await stat(at('same'));
  await writeFile(at('there-and-back'), 'there-and-back');
  await utimes(at('there-and-back'), mtime, mtime);
  await sandbox.backup();

  const since = (time: string): string[] => {
    const request = { repository: sandbox.repositoryPath, time };
    return listChangedSince(request, sandbox.context).changes.map(
      ({ change, path }) => `${change} ${path}`,
    );
  };
  const changes = [
    'metadata .',
    'changed content',
    'deleted gone',
    'changed link',
    'metadata mode',
    'new new-name',
    'deleted renamed',
    'metadata time',
    'changed to-folder',
    'new to-folder/within',
  ];
  t.deepEqual(since('1B'), [...changes.slice(0, 7), 'changed there-and-back', ...changes.slice(7)]);
  // Its content is the old one again, its time is not.
  t.deepEqual(since('2B'), [
    ...changes.slice(0, 7),
    'metadata there-and-back',
    ...changes.slice(7),
  ]);
  t.deepEqual(since('now'), []);
});

test('since and until are the snapshots that were compared', (t) => {
  const sandbox = nights();
  const request = { repository: sandbox.repositoryPath, time: sandbox.snapshot(2).time };
  const { since, until } = listChangedSince(request, sandbox.context);
  t.deepEqual([since.id, until.id], [2, 4]);
});

test('without a repository list is exit 10; without a snapshot the list is empty, and a TIME is exit 13', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const { context, repositoryPath: repository } = sandbox;
  const request = { repository, time: 'now' };
  for (const list of [listSnapshots, listFiles, listChangedSince]) {
    t.throws(() => list(request, context), { instanceOf: NoRepositoryError });
  }
  const { fileSystem, clock, uid, checkpoint } = context;
  const options = { create: true, waitLockMs: 0, clock, actingUid: uid, checkpoint };
  (await openForWriting(fileSystem, repository, options)).close();
  t.deepEqual(listSnapshots(request, context).snapshots, []);
  for (const list of [listFiles, listChangedSince]) {
    t.throws(() => list(request, context), { instanceOf: NotInSnapshotError });
    t.throws(() => list({ repository, time: '3q' }, context), { instanceOf: UsageError });
  }
});
