// What verify reports of a repository that is sound, and of differences that cost nothing.
import { execFile } from 'node:child_process';
import { chmod, lchown, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

import { NoRepositoryError, NotInSnapshotError, UsageError } from '../../../src/errors.js';
import { openForWriting } from '../../../src/repository/open/open-repository.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { runCli } from '../../support/program/cli.js';
import { isRoot } from '../../support/program/is-root.js';
import { runSql } from '../../support/repository/edit-catalog.js';
import { recordNights, shareNights } from '../../support/sandbox/four-nights.js';
import { exceptNote } from '../../support/repository/verification-note.js';
import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const run = promisify(execFile);
const nights = shareNights(test);

test('a sound repository has no problems, and every version is counted', async (t) => {
  const sandbox = nights();
  const report = await sandbox.verify();
  t.deepEqual(report.problems, []);
  t.deepEqual(report.notes, []);
  t.is(report.repository, sandbox.repository);
  t.is(report.versionsChecked, countVersions(sandbox.recorded.map(({ tree }) => tree)));
});

test('every content is read once, however many versions have it', async (t) => {
  const sandbox = nights();
  const sizes = new Map<string, number>();
  const read = await sandbox.verify({
    context: {
      ...sandbox.context,
      onProgress: ({ phase, doneBytes, totalBytes }) => {
        t.is(phase, 'verifying');
        t.true(doneBytes <= totalBytes, `${doneBytes}, ${totalBytes}`);
      },
    },
  });
  for (const { id, time, tree } of sandbox.recorded) {
    await sandbox.restore({ time, to: sandbox.at(`for-sizes-${id}`) });
    const { stdout } = await run(
      'find',
      [sandbox.at(`for-sizes-${id}`), '-type', 'f', '-printf', '%s %P\\n'],
      { encoding: 'latin1' },
    );
    for (const line of stdout.trimEnd().split('\n')) {
      const [size = '', ...name] = line.split(' ');
      sizes.set(tree[name.join(' ')]?.content ?? '', Number(size));
    }
  }
  t.is(
    read.bytesChecked,
    [...sizes.values()].reduce((sum, size) => sum + size, 0),
  );
});

test('verify of a TIME checks the versions of that snapshot alone', async (t) => {
  const sandbox = nights();
  for (const { time, tree } of sandbox.recorded) {
    const report = await sandbox.verify({ at: time });
    const files = Object.values(tree).filter(({ type }) => type === 'file');
    t.is(report.versionsChecked, files.length);
    t.deepEqual(report.problems, []);
  }
  await t.throwsAsync(sandbox.verify({ at: '9B' }), { instanceOf: NotInSnapshotError });
  await t.throwsAsync(sandbox.verify({ at: 'yesterday' }), { instanceOf: UsageError });
});

test('verify changes nothing in the repository but the note of its result', async (t) => {
  const sandbox = nights();
  const before = await readTree(sandbox.repository);
  await sandbox.verify();
  t.deepEqual(exceptNote(treeDifferences(before, await readTree(sandbox.repository))), []);
});

test('no repository is exit 10, and one without a snapshot needs a look', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await t.throwsAsync(sandbox.verify(), { instanceOf: NoRepositoryError });
  const { fileSystem, clock, uid, checkpoint } = sandbox.context;
  const options = { create: true, waitLockMs: 0, clock, actingUid: uid, checkpoint };
  (await openForWriting(fileSystem, pathFromText(sandbox.repository), options)).close();
  const { problems, notes, versionsChecked, bytesChecked } = await sandbox.verify();
  t.deepEqual(
    { problems, kinds: notes.map(({ kind }) => kind), versionsChecked, bytesChecked },
    {
      problems: [],
      kinds: ['no-snapshot'],
      versionsChecked: 0,
      bytesChecked: 0,
    },
  );
});

test('files in the mirror that are in no snapshot are warnings, whatever folder they are in', async (t) => {
  const sandbox = await recordNights(t, 1);
  const at = (...parts: string[]): string => sandbox.inMirror(...parts);
  await writeFile(at('foreign'), '');
  await writeFile(at('appendonlydir', 'foreign.aof'), '');
  await mkdir(at('empty', 'foreign-folder'));
  await writeFile(at('empty', 'foreign-folder', 'within'), '');
  const { problems, notes } = await sandbox.verify();
  t.deepEqual(problems, []);
  const foreign = notes.filter(({ kind }) => kind === 'foreign');
  t.deepEqual(
    foreign.map((note) => `${note.severity} ${note.path}`),
    ['look appendonlydir/foreign.aof', 'look empty/foreign-folder', 'look foreign'],
  );
});

test('metadata that the mirror has lost is a note, and the next backup puts it right', async (t) => {
  const sandbox = await recordNights(t, 2);
  const sound = await readTree(sandbox.repository);
  const at = (name: string): string => sandbox.inMirror(name);
  await utimes(at('dump.rdb'), 1_795_312_800, 1_795_312_800);
  await chmod(at('appendonlydir'), 0o777);
  if (isRoot) await lchown(at('latest'), 0, 0);
  const { problems, notes } = await sandbox.verify();
  t.deepEqual(problems, []);
  t.deepEqual(
    notes.map(({ severity, kind, path: name }) => ({ severity, kind, name })),
    [{ severity: 'info', kind: 'mirror-metadata', name: 'appendonlydir' }],
  );
  t.regex(notes[0]?.message ?? '', isRoot ? /and of 2 more/ : /and of 1 more/);

  await sandbox.restore({ to: sandbox.at('restored') });
  const restored = await readTree(sandbox.at('restored'));
  t.deepEqual(treeDifferences(sandbox.snapshot(2).tree, restored), []);

  await sandbox.backup();
  t.deepEqual((await sandbox.verify()).notes, []);
  t.deepEqual(treeDifferences(mirrorOf(sound), mirrorOf(await readTree(sandbox.repository))), []);
});

test('a folder that the mirror has lost is a problem that costs nothing, a link a warning', async (t) => {
  const sandbox = await recordNights(t, 1);
  const at = (name: string): string => sandbox.inMirror(name);
  await rm(at('empty'), { recursive: true });
  await rm(at('latest'));
  await symlink('elsewhere', at('latest'));
  const { problems, notes } = await sandbox.verify();
  t.deepEqual(
    problems.map(({ path: name, snapshots, kind }) => [kind, name, ...snapshots]),
    [['mirror-entry', 'empty']],
  );
  t.deepEqual(
    notes.map(({ path: name, severity, kind }) => [severity, kind, name]),
    [['look', 'mirror-link', 'latest']],
  );
  await sandbox.restore({ to: sandbox.at('restored') });
  const restored = await readTree(sandbox.at('restored'));
  t.deepEqual(treeDifferences(sandbox.snapshot(1).tree, restored), []);
  t.deepEqual((await sandbox.verify({ at: '0B' })).problems, problems);

  await sandbox.backup();
  const mended = await sandbox.verify();
  t.deepEqual([mended.problems, mended.notes], [[], []]);
});

test('a row that is not what the commit wrote is a problem of the snapshots that have it', async (t) => {
  const sandbox = await recordNights(t, 3);
  const problemsAfter = async (sql: string, ...values: unknown[]): Promise<unknown> => {
    runSql(sandbox.repository, sql, ...values);
    return (await sandbox.verify()).problems.map(({ path: name, snapshots, kind }) => [
      `${kind} ${name}`,
      ...snapshots,
    ]);
  };
  const row = 'catalog redis-rewind-data/catalog.sqlite3';
  const notes = Buffer.from('notes.txt');
  const setMode = 'UPDATE version SET mode = ? WHERE path = ?';
  t.deepEqual(await problemsAfter(setMode, 0o777, notes), [[row, 1]]);
  t.deepEqual(await problemsAfter(setMode, 0o604, notes), []);
  t.deepEqual(await problemsAfter('UPDATE snapshot SET files = files + 1 WHERE id = 2'), [
    [row],
    [row, 2],
  ]);
  t.deepEqual(await problemsAfter("UPDATE version SET owner_name = 'x' WHERE path = ?", notes), [
    [row],
    [row, 1],
    [row, 2],
  ]);
});

test('a read that fails for lack of permission or of a temporary folder is no corruption', async (t) => {
  const sandbox = await recordNights(t, 2);
  const nowhere = path.join(await mkdtemp(sandbox.at('nowhere-')), 'gone');
  const result = await runCli(['verify', sandbox.repository, '--json'], {
    env: { TMPDIR: nowhere },
  });
  t.is(result.code, 1, result.stderr);
  t.regex(result.stderr, /"code":"SYSTEM"/);
  if (!isRoot) return;
  await run('chown', ['64001', sandbox.repository, `${sandbox.repository}/redis-rewind-data`]);
  await run('chown', ['-R', '64001', `${sandbox.repository}/redis-rewind-data`]);
  const denied = await runCli(['verify', sandbox.repository, '--json'], {
    uid: 64_001,
    gid: 64_001,
  });
  t.is(denied.code, 1, denied.stderr);
  t.regex(denied.stderr, /permission denied/);
});

/** Files of all snapshots: those with the same path, content and metadata in a row are one version. */
function countVersions(trees: readonly Tree[]): number {
  let count = 0;
  trees.forEach((tree, index) => {
    for (const [name, entry] of Object.entries(tree)) {
      if (entry.type !== 'file') continue;
      const before = trees[index - 1]?.[name];
      if (JSON.stringify(before) !== JSON.stringify(entry)) count += 1;
    }
  });
  return count;
}

function mirrorOf(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).filter(([name]) => name !== '.' && !name.startsWith('redis-rewind-data')),
  );
}
