// A repository of every format version, kept since that version was the newest. Each opens, verifies,
// restores every snapshot as it was recorded then, and takes the next backup.
import { mkdir, writeFile } from 'node:fs/promises';
import test from 'ava';

import { FORMAT_VERSION } from '../../../src/catalog/schema.js';
import {
  listRepositoryFixtures,
  remarksOf,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';
import { exceptNote } from '../../support/repository/verification-note.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { settableTree } from '../../support/repository/settable-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const fixtures = await listRepositoryFixtures();

test('there is a frozen repository for every format version, and for no other version', (t) => {
  const versions = new Set(fixtures.map(({ formatVersion }) => formatVersion));
  const expected = Array.from({ length: FORMAT_VERSION }, (_, index) => index + 1);
  t.deepEqual(
    [...versions].toSorted((a, b) => a - b),
    expected,
  );
});

for (const fixture of fixtures) {
  const { formatVersion, shape, manifest } = fixture;
  const name = `v${formatVersion}/${shape}`;

  test(`${name} opens, lists, verifies and restores every snapshot as it was recorded`, async (t) => {
    t.is(manifest.formatVersion, formatVersion);
    const sandbox = await createSandbox(t, { records: true });
    await unpackRepository(fixture, sandbox.repository);
    const before = await readTree(sandbox.repository);
    t.deepEqual(
      sandbox.list().map(({ id, time }) => ({ id, time })),
      manifest.snapshots.map(({ id, time }) => ({ id, time })),
    );
    t.is(sandbox.info().snapshots, manifest.snapshots.length);
    if (formatVersion >= 5) t.deepEqual(sandbox.list().map(remarksOf), manifest.remarks);
    t.deepEqual((await sandbox.verify()).problems, []);
    for (const { id, time, tree } of manifest.snapshots) {
      await sandbox.restore({ time, to: sandbox.at(`restored-${id}`) });
      const restored = await readTree(sandbox.at(`restored-${id}`));
      t.deepEqual(treeDifferences(settableTree(tree), restored), [], `snapshot ${id}`);
    }
    const changes = treeDifferences(before, await readTree(sandbox.repository));
    t.deepEqual(formatVersion < 2 ? changes : exceptNote(changes), []);
  });

  test(`${name} takes the next backup`, async (t) => {
    const sandbox = await createSandbox(t, { records: true });
    await unpackRepository(fixture, sandbox.repository);
    await writeFile(sandbox.inSource('dump.rdb'), 'a new dump');
    await mkdir(sandbox.inSource('folder'));
    const last = manifest.snapshots.at(-1);
    sandbox.context.setTime(Date.parse(last?.time ?? ''));
    await sandbox.backup({ force: true, afterSeconds: 86_400 });
    t.false(sandbox.info().unfinished);
    t.deepEqual((await sandbox.verify()).problems, []);
    await sandbox.restore({ to: sandbox.at('new') });
    const difference = treeDifferences(
      await readTree(sandbox.source),
      await readTree(sandbox.at('new')),
    );
    t.deepEqual(difference, []);
    await sandbox.restore({ time: manifest.snapshots[0]?.time ?? '', to: sandbox.at('old') });
    const first = settableTree(manifest.snapshots[0]?.tree ?? {});
    t.deepEqual(treeDifferences(first, await readTree(sandbox.at('old'))), []);
  });
}
