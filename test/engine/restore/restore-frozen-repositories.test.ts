// Repositories of every format version there has been, frozen when they were made: they open, verify,
// restore every snapshot as it was recorded then, and take backups.
import { mkdir, writeFile } from 'node:fs/promises';
import test from 'ava';

import { backup } from '../../../src/engine/backup/backup.js';
import { info } from '../../../src/engine/inspect/info.js';
import { listSnapshots } from '../../../src/engine/inspect/list.js';
import { FORMAT_VERSION } from '../../../src/catalog/schema.js';
import { plainBackup } from '../../support/repository/backup-request.js';
import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { isRoot } from '../../support/repository/four-nights.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../support/repository/repository-fixtures.js';
import { exceptNote } from '../../support/repository/verification-note.js';

const fixtures = await listRepositoryFixtures();

test('every format version up to the present one has a frozen repository, and no other', (t) => {
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
    const history = await RecordedHistory.begin(t);
    await unpackRepository(fixture, history.repository);
    const before = await readTree(history.repository);
    const request = { repository: history.repositoryPath };
    t.deepEqual(
      listSnapshots(request, history.context).snapshots.map(({ id, time }) => ({ id, time })),
      manifest.snapshots.map(({ id, time }) => ({ id, time })),
    );
    t.is(info(request, history.context).snapshots, manifest.snapshots.length);
    t.deepEqual((await history.verify()).problems, []);
    for (const { id, time, tree } of manifest.snapshots) {
      await history.restore(history.at(`restored-${id}`), { at: time });
      const restored = await readTree(history.at(`restored-${id}`));
      t.deepEqual(treeDifferences(asSet(tree), restored), [], `snapshot ${id}`);
    }
    const changes = treeDifferences(before, await readTree(history.repository));
    t.deepEqual(formatVersion < 2 ? changes : exceptNote(changes), []);
  });

  test(`${name} takes the next backup`, async (t) => {
    const history = await RecordedHistory.begin(t);
    await unpackRepository(fixture, history.repository);
    await writeFile(history.at('source', 'dump.rdb'), 'a new dump');
    await mkdir(history.at('source', 'folder'));
    const last = manifest.snapshots.at(-1);
    history.context.advance(
      Date.parse(last?.time ?? '') / 1000 - history.context.clock.nowMs() / 1000 + 86_400,
    );
    await backup(plainBackup(history.source, history.repository, { force: true }), history.context);
    t.false(info({ repository: history.repositoryPath }, history.context).unfinished);
    t.deepEqual((await history.verify()).problems, []);
    await history.restore(history.at('new'));
    const difference = treeDifferences(
      await readTree(history.source),
      await readTree(history.at('new')),
    );
    t.deepEqual(difference, []);
    await history.restore(history.at('old'), { at: manifest.snapshots[0]?.time ?? '' });
    const first = asSet(manifest.snapshots[0]?.tree ?? {});
    t.deepEqual(treeDifferences(first, await readTree(history.at('old'))), []);
  });
}

/** What this user may set: but for root nobody gives files away, nor set-id bits to his own. */
function asSet(tree: Tree): Tree {
  if (isRoot) return tree;
  const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const withoutSetId = (mode: string): string =>
    mode === '' ? '' : (Number.parseInt(mode, 8) & 0o1777).toString(8).padStart(4, '0');
  return Object.fromEntries(
    Object.entries(tree).map(([name, entry]) => [
      name,
      { ...entry, ...owner, mode: withoutSetId(entry.mode) },
    ]),
  );
}
