// A repository may come from somebody else. Names in its catalog that lead out of the destination are
// refused, even where all digests are right.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import test from 'ava';

import { CorruptError } from '../../../src/errors.js';
import { forgeCatalog } from '../../support/repository/edit-catalog.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';
import { isThere } from '../../support/files/is-there.js';

async function record(t: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  await mkdir(sandbox.inSource('folder'));
  await writeFile(sandbox.inSource('folder', 'file'), 'content');
  await symlink('/etc', sandbox.inSource('link'));
  await sandbox.backup();
  return sandbox;
}

for (const name of [
  '../outside',
  'folder/../../outside',
  '/outside',
  'folder//file',
  './file',
  'folder/.',
  'folder/\0file',
  'no-such-folder/file',
  'link/file',
  '..',
]) {
  test(`the name ${JSON.stringify(name)} in a catalog is refused`, async (t) => {
    const sandbox = await record(t);
    forgeCatalog(
      sandbox.repository,
      'UPDATE version SET path = ? WHERE path = ?',
      Buffer.from(name),
      Buffer.from('folder/file'),
    );
    const before = await readTree(sandbox.root);
    const error = await t.throwsAsync(sandbox.restore({ to: sandbox.at('a', 'restored') }), {
      instanceOf: CorruptError,
      message: /unsafe name|below something that is not a directory/,
    });
    t.is(error.exitCode, 20);
    t.deepEqual(treeDifferences(before, await readTree(sandbox.root)), []);
  });
}

for (const target of ['', 'a\0b']) {
  test(`a link to ${JSON.stringify(target)} in a catalog is refused`, async (t) => {
    const sandbox = await record(t);
    forgeCatalog(
      sandbox.repository,
      'UPDATE version SET link_target = ? WHERE type = 3',
      Buffer.from(target),
    );
    await t.throwsAsync(sandbox.restore({ to: sandbox.at('restored') }), {
      instanceOf: CorruptError,
      message: /'link' with the impossible target '.*'$/,
    });
    t.false(isThere(sandbox.at('restored')), 'restored');
  });
}

test('a link that leads out of the destination is restored as a link', async (t) => {
  const sandbox = await record(t);
  await sandbox.restore({ to: sandbox.at('restored') });
  const restored = await readTree(sandbox.at('restored'));
  t.deepEqual(treeDifferences(sandbox.snapshot(1).tree, restored), []);
  t.is(restored['link']?.content, '/etc');
});
