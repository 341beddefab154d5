// The damaged repositories of fixtures/damaged: each command ends as it should, what is whole comes back,
// nothing outside is touched, and a repair either makes all of it whole or says what it cannot.
import { mkdir, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';

import { tryDamaged } from '../../support/damage/damage-trial.js';
import {
  type DamagedFixture,
  listDamagedFixtures,
  unpackDamaged,
} from '../../support/damage/damaged-fixtures.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { exitCode } from '../../support/program/exit-code.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';

const fixtures = await listDamagedFixtures();

/** Of these a repair, without a SOURCE, cannot make all whole. */
const BEYOND_REPAIR = new Map([
  ['staging-is-a-link', 20],
  ['journal-names-a-file', 20],
  ['mirror-gone', 20],
  ['mirror-flipped', 20],
  ['increment-gone', 20],
  ['increment-flipped', 20],
  ['increment-without-end', 20],
  ['delta-beyond-its-basis', 20],
  ['foreign-files', 3],
]);

async function open(t: ExecutionContext, fixture: DamagedFixture): Promise<RecordedHistory> {
  const history = await RecordedHistory.begin(t);
  history.snapshots.push(...fixture.manifest.snapshots);
  await unpackDamaged(fixture, history.repository);
  await writeFile(history.at('source/dump.rdb'), 'the dump of another night\n'.repeat(50));
  await mkdir(history.at('source/folder'));
  await writeFile(history.at('source/folder/within'), 'in the folder\n');
  await mkdir(history.at('victim'));
  for (const name of ['file', 'new', 'old']) await writeFile(history.at('victim', name), 'stays');
  const last = Date.parse(history.snapshots.at(-1)?.time ?? '');
  history.context.advance((last - history.context.clock.nowMs()) / 1000 + 86_400);
  return history;
}

test('there is a fixture for each kind of damage', (t) => {
  t.is(fixtures.length, 20);
});

for (const fixture of fixtures) {
  const { kind, manifest } = fixture;

  test(`${kind}: ${manifest.story}`, async (t) => {
    const history = await open(t, fixture);
    const before = await readTree(history.at('victim'));
    await tryDamaged(t, history, manifest.expected);
    t.deepEqual(treeDifferences(before, await readTree(history.at('victim'))), []);
  });

  test(`${kind}: a repair ends with ${BEYOND_REPAIR.get(kind) ?? 0}`, async (t) => {
    const history = await open(t, fixture);
    const before = await readTree(history.at('victim'));
    const code = await exitCode(() => history.repair());
    t.is(code, BEYOND_REPAIR.get(kind) ?? 0);
    t.deepEqual(treeDifferences(before, await readTree(history.at('victim'))), []);
    if (code !== 0) return;
    for (const { id, time, tree } of history.snapshots) {
      const to = history.at(`restored-${id}`);
      await history.restore(to, { at: time });
      const contents = Object.entries(await readTree(to)).map(([name, entry]) => [
        name,
        entry.content,
      ]);
      const expected = Object.entries(tree).map(([name, entry]) => [name, entry.content]);
      t.deepEqual(contents, expected, `snapshot ${id}`);
    }
  });
}
