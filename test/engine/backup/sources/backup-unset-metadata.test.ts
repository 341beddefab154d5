import test from 'ava';
import * as fs from 'node:fs/promises';
import { readTree, treeDifferences } from '../../../support/files/directory-tree.js';
import { HookedFileSystem, failing } from '../../../support/files/hooked-file-system.js';
import { asRoot } from '../../../support/program/as-root.js';
import { lookNames, noteNames } from '../../../support/sandbox/note-names.js';
import { createSandbox } from '../../../support/sandbox/sandbox.js';

asRoot(
  'owners that may not be set are said once a run, kept in the catalog, and set by a later restore',
  async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('folder/dump.rdb', 'x');
    await sandbox.write('other', 'y');
    await fs.symlink('other', sandbox.inSource('link'));
    for (const name of ['folder', 'folder/dump.rdb', 'other', 'link']) {
      await fs.lchown(sandbox.inSource(name), 64_105, 64_112);
    }
    const fileSystem = new HookedFileSystem(
      failing('EPERM', ({ operation }) => operation === 'chownOpen'),
    );
    const unprivileged = { ...sandbox.context, fileSystem, uid: 1000 };
    const { notes } = await sandbox.backup({ context: unprivileged });
    t.deepEqual(noteNames(notes), ['unset-owner -']);
    t.deepEqual(lookNames(notes), []);
    t.regex(notes[0]?.message ?? '', /^the owner of 4 entries could not be set/);
    t.is((await sandbox.mirror())['other']?.uid, 0);
    t.is(sandbox.files()['other']?.uid, 64_105);
    t.deepEqual(
      (await sandbox.backup({ context: unprivileged })).notes,
      [],
      'nothing was set anew',
    );
    t.deepEqual(treeDifferences(await readTree(sandbox.source), await sandbox.restoredTree()), []);

    t.deepEqual((await sandbox.backup()).notes, []);
    t.is((await sandbox.mirror())['other']?.uid, 64_105, 'a backup by root sets it in the mirror');
  },
);

asRoot('set-id bits are not given to files whose owner could not be set', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('tool', 'x');
  await fs.chown(sandbox.inSource('tool'), 64_105, 64_112);
  await fs.chmod(sandbox.inSource('tool'), 0o4755);
  const fileSystem = new HookedFileSystem(
    failing('EPERM', ({ operation }) => operation === 'chownOpen'),
  );
  await sandbox.backup({ context: { fileSystem, uid: 1000 } });
  t.is((await sandbox.mirror())['tool']?.mode, '0755');
  t.is((await sandbox.restoredTree())['tool']?.mode, '4755');
});

asRoot(
  'a mirror without root stays readable for its owner, and the catalog has the true mode',
  async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('closed/file', 'x');
    await fs.chmod(sandbox.inSource('closed/file'), 0);
    await fs.chmod(sandbox.inSource('closed'), 0);
    await sandbox.backup({ context: { uid: 1000 } });
    const mirror = await sandbox.mirror();
    t.is(mirror['closed']?.mode, '0700');
    t.is(mirror['closed/file']?.mode, '0400');
    t.is(sandbox.files()['closed/file']?.mode, '0000');
    const restored = await sandbox.restoredTree();
    t.is(restored['closed']?.mode, '0000');
    t.is(restored['closed/file']?.mode, '0000');
  },
);

test('a mirror file that has another name elsewhere is left as it is, and set once it has not', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('tool', 'x');
  await fs.chmod(sandbox.inSource('tool'), 0o600);
  await sandbox.backup();
  await fs.link(sandbox.inMirror('tool'), sandbox.at('elsewhere'));
  const before = await readTree(sandbox.at('elsewhere'));
  await fs.chmod(sandbox.inSource('tool'), 0o777);
  await fs.utimes(sandbox.inSource('tool'), 1, 1);
  const { notes } = await sandbox.backup();
  t.deepEqual(noteNames(notes), ['unset-mode -', 'unset-owner -', 'unset-time -']);
  t.deepEqual(treeDifferences(before, await readTree(sandbox.at('elsewhere'))), []);
  t.deepEqual(treeDifferences(await readTree(sandbox.source), await sandbox.restoredTree()), []);

  await sandbox.repair();
  t.deepEqual(treeDifferences(before, await readTree(sandbox.at('elsewhere'))), [], 'a repair');

  await fs.rm(sandbox.at('elsewhere'));
  t.deepEqual((await sandbox.backup()).notes, []);
  t.is((await sandbox.mirror())['tool']?.mode, '0777');
});
