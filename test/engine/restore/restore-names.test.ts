// A repository may come from elsewhere. Names in its catalog that would lead a restore out of its
// destination are refused, though their digests are right.
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import test from 'ava';

import { CorruptError } from '../../../src/errors.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { forgeCatalog } from '../../support/repository/edit-catalog.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';

async function record(t: Parameters<typeof RecordedHistory.begin>[0]): Promise<RecordedHistory> {
  const history = await RecordedHistory.begin(t);
  await mkdir(history.at('source', 'folder'));
  await writeFile(history.at('source', 'folder', 'file'), 'content');
  await symlink('/etc', history.at('source', 'link'));
  await history.backUp();
  return history;
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
    const history = await record(t);
    forgeCatalog(
      history.repository,
      'UPDATE version SET path = ? WHERE path = ?',
      Buffer.from(name),
      Buffer.from('folder/file'),
    );
    const before = await readTree(history.directory);
    const error = await t.throwsAsync(history.restore(history.at('a', 'restored')), {
      instanceOf: CorruptError,
      message: /unsafe name|below something that is not a directory/,
    });
    t.is(error.exitCode, 20);
    t.deepEqual(treeDifferences(before, await readTree(history.directory)), []);
  });
}

for (const target of ['', 'a\0b']) {
  test(`a link to ${JSON.stringify(target)} in a catalog is refused`, async (t) => {
    const history = await record(t);
    forgeCatalog(
      history.repository,
      'UPDATE version SET link_target = ? WHERE type = 3',
      Buffer.from(target),
    );
    await t.throwsAsync(history.restore(history.at('restored')), {
      instanceOf: CorruptError,
      message: /'link' to '.*', which no system has/,
    });
    t.false((await readdir(history.directory)).includes('restored'));
  });
}

test('a link that leads out of the destination comes back as the link that it was', async (t) => {
  const history = await record(t);
  await history.restore(history.at('restored'));
  const restored = await readTree(history.at('restored'));
  t.deepEqual(treeDifferences(history.snapshot(1).tree, restored), []);
  t.is(restored['link']?.content, '/etc');
});
