import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { createBackupPlace, lookNames, noteNames } from '../../support/repository/backup-place.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;

asRoot(
  'owners that may not be set are said once a run, kept in the catalog, and set by a later restore',
  async (t) => {
    const place = await createBackupPlace(t);
    await place.write('folder/dump.rdb', 'x');
    await place.write('other', 'y');
    await fs.symlink('other', path.join(place.source, 'link'));
    for (const name of ['folder', 'folder/dump.rdb', 'other', 'link']) {
      await fs.lchown(path.join(place.source, name), 64_105, 64_112);
    }
    const fileSystem = new HookedFileSystem(
      failing('EPERM', ({ operation }) => operation === 'chownLink'),
    );
    const unprivileged = { ...place.context, fileSystem, uid: 1000 };
    const { notes } = await place.backup({ context: unprivileged });
    t.deepEqual(noteNames(notes), ['unset-owner -']);
    t.deepEqual(lookNames(notes), []);
    t.regex(notes[0]?.message ?? '', /^the owner of 4 entries could not be set/);
    t.is((await place.mirror())['other']?.uid, 0);
    t.is(place.files()['other']?.uid, 64_105);
    t.deepEqual((await place.backup({ context: unprivileged })).notes, [], 'nothing was set anew');
    t.deepEqual(treeDifferences(await readTree(place.source), await place.restoredTree('now')), []);

    t.deepEqual((await place.backup()).notes, []);
    t.is((await place.mirror())['other']?.uid, 64_105, 'a backup by root sets it in the mirror');
  },
);

asRoot('set-id bits are not given to files whose owner could not be set', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('tool', 'x');
  await fs.chown(path.join(place.source, 'tool'), 64_105, 64_112);
  await fs.chmod(path.join(place.source, 'tool'), 0o4755);
  const fileSystem = new HookedFileSystem(
    failing('EPERM', ({ operation }) => operation === 'chownLink'),
  );
  await place.backup({ context: { ...place.context, fileSystem, uid: 1000 } });
  t.is((await place.mirror())['tool']?.mode, '0755');
  t.is((await place.restoredTree('now'))['tool']?.mode, '4755');
});

asRoot(
  'a mirror without root stays readable for its owner, and the catalog has the true mode',
  async (t) => {
    const place = await createBackupPlace(t);
    await place.write('closed/file', 'x');
    await fs.chmod(path.join(place.source, 'closed/file'), 0);
    await fs.chmod(path.join(place.source, 'closed'), 0);
    await place.backup({ context: { ...place.context, uid: 1000 } });
    const mirror = await place.mirror();
    t.is(mirror['closed']?.mode, '0700');
    t.is(mirror['closed/file']?.mode, '0400');
    t.is(place.files()['closed/file']?.mode, '0000');
    const restored = await place.restoredTree('now');
    t.is(restored['closed']?.mode, '0000');
    t.is(restored['closed/file']?.mode, '0000');
  },
);
