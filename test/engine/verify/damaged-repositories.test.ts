// The damaged repositories of fixtures/damaged: each command ends with the expected exit code, whole
// snapshots are restored, nothing outside the repository is touched, and a repair fixes all damage or says
// what it cannot fix.
import { mkdir, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';

import { tryDamaged } from '../../support/damage/damage-trial.js';
import {
  type DamagedFixture,
  listDamagedFixtures,
  unpackDamaged,
} from '../../support/damage/damaged-fixtures.js';
import { exitCode } from '../../support/program/exit-code.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

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

async function open(t: ExecutionContext, fixture: DamagedFixture): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  sandbox.recorded.push(...fixture.manifest.snapshots);
  await unpackDamaged(fixture, sandbox.repository);
  await writeFile(sandbox.at('source/dump.rdb'), 'the dump of another night\n'.repeat(50));
  await mkdir(sandbox.at('source/folder'));
  await writeFile(sandbox.at('source/folder/within'), 'in the folder\n');
  await mkdir(sandbox.at('victim'));
  for (const name of ['file', 'new', 'old']) await writeFile(sandbox.at('victim', name), 'stays');
  const last = Date.parse(sandbox.recorded.at(-1)?.time ?? '');
  sandbox.context.setTime(last + 86_400_000);
  return sandbox;
}

test('there is a fixture for each kind of damage', (t) => {
  t.is(fixtures.length, 20);
});

for (const fixture of fixtures) {
  const { kind, manifest } = fixture;

  test(`${kind}: ${manifest.story}`, async (t) => {
    const sandbox = await open(t, fixture);
    const before = await readTree(sandbox.at('victim'));
    await tryDamaged(t, sandbox, manifest.expected);
    t.deepEqual(treeDifferences(before, await readTree(sandbox.at('victim'))), []);
  });

  test(`${kind}: a repair ends with ${BEYOND_REPAIR.get(kind) ?? 0}`, async (t) => {
    const sandbox = await open(t, fixture);
    const before = await readTree(sandbox.at('victim'));
    const code = await exitCode(() => sandbox.repair());
    t.is(code, BEYOND_REPAIR.get(kind) ?? 0);
    t.deepEqual(treeDifferences(before, await readTree(sandbox.at('victim'))), []);
    if (code !== 0) return;
    for (const { id, time, tree } of sandbox.recorded) {
      const to = sandbox.at(`restored-${id}`);
      await sandbox.restore({ time, to });
      const contents = Object.entries(await readTree(to)).map(([name, entry]) => [
        name,
        entry.content,
      ]);
      const expected = Object.entries(tree).map(([name, entry]) => [name, entry.content]);
      t.deepEqual(contents, expected, `snapshot ${id}`);
    }
  });
}
