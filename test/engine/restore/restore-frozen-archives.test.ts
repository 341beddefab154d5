// Archives of every format version, kept since that version was the newest. Each is restored as the snapshot was recorded when
// it was taken, with every kind of key.
import path from 'node:path';
import test from 'ava';
import { ARCHIVE_VERSION } from '../../../src/offsite/archive/manifest.js';
import {
  ARCHIVE_SNAPSHOT,
  REPOSITORY_SHAPE,
  listArchiveFixtures,
} from '../../support/archive/archive-fixtures.js';
import { restoreArchive } from '../../support/archive/exports.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { settableTree } from '../../support/repository/settable-tree.js';
import { listRepositoryFixtures } from '../../support/repository/repository-fixtures.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const fixtures = await listArchiveFixtures();
const recorded = (await listRepositoryFixtures())
  .find(({ shape, formatVersion }) => shape === REPOSITORY_SHAPE && formatVersion === 5)
  ?.manifest.snapshots.find(({ id }) => `#${id}` === ARCHIVE_SNAPSHOT);

test('there is a frozen archive of every version and every lock, and of no other', (t) => {
  const expected = Array.from({ length: ARCHIVE_VERSION }, (_, index) =>
    ['passphrase', 'plain', 'recipient'].map((lock) => `v${index + 1} ${lock}`),
  );
  t.deepEqual(
    fixtures.map(({ version, lock }) => `v${version} ${lock}`).toSorted(),
    expected.flat(),
  );
});

for (const { version, lock, file, keyFile, passphraseFile } of fixtures) {
  test(`v${version} ${lock} is restored as it was recorded`, async (t) => {
    const sandbox = await createSandbox(t);
    const archive = path.relative(sandbox.root, file);
    const report = await restoreArchive(sandbox, {
      archive,
      to: 'restored',
      ...(lock === 'recipient' ? { identityFiles: [keyFile] } : {}),
      ...(lock === 'passphrase' ? { passphraseFile } : {}),
    });
    t.is(report.snapshot.time, recorded?.time ?? '');
    t.true(report.notes.some(({ kind }) => kind === 'stale'));
    const expected = settableTree(recorded?.tree ?? {});
    t.deepEqual(treeDifferences(expected, await readTree(sandbox.at('restored'))), []);
  });
}
