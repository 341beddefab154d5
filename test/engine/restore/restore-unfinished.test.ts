// Restores from a repository whose last backup was cut off after its commit, before it had done all the
// operations that it owed the mirror. The new snapshot and all older ones come back, wherever the backup
// was cut off, and the repository is not written to.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import test from 'ava';

import { info } from '../../../src/engine/inspect/info.js';
import { layNight } from '../../support/sandbox/four-nights.js';
import { HookedFileSystem, systemFailure } from '../../support/files/hooked-file-system.js';
import { exceptNote } from '../../support/repository/verification-note.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

test('every snapshot comes back from a repository whose last backup is cut off', async (t) => {
  let steps = 0;
  let owing = 0;
  for (let isCutOff = true; isCutOff; steps += 1) {
    const sandbox = await createSandbox(t, { records: true });
    await layNight(sandbox.source, 1);
    await sandbox.backup();
    await layNight(sandbox.source, 2);
    const { notes } = await sandbox.backup({
      context: { fileSystem: new HookedFileSystem(cutOffAfter(steps)) },
    });
    isCutOff = notes.some(({ kind }) => kind === 'unfinished');
    const request = { repository: sandbox.repositoryPath };
    // The last step only copies the catalog: nothing is owed by then.
    if (info(request, sandbox.context).unfinished) owing += 1;
    else t.true(steps >= owing, 'once all is done it stays done');

    const before = await readTree(sandbox.repository);
    for (const { id, time, tree } of sandbox.recorded) {
      await sandbox.restore({ time, to: sandbox.at(`restored-${id}`) });
      const restored = await readTree(sandbox.at(`restored-${id}`));
      t.deepEqual(treeDifferences(tree, restored), [], `snapshot ${id}, cut off after ${steps}`);
    }
    const { problems } = await sandbox.verify();
    t.deepEqual(problems, [], `cut off after ${steps} steps`);
    t.deepEqual(exceptNote(treeDifferences(before, await readTree(sandbox.repository))), []);
  }
  t.true(owing > 4, `${owing} steps`);
});

test('the next backup does what is still owed, and keeps every snapshot', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await layNight(sandbox.source, 1);
  await sandbox.backup();
  await layNight(sandbox.source, 2);
  await sandbox.backup({ context: { fileSystem: new HookedFileSystem(cutOffAfter(3)) } });
  await layNight(sandbox.source, 3);
  await sandbox.backup();
  t.false(sandbox.info().unfinished);
  for (const { id, time, tree } of sandbox.recorded) {
    await sandbox.restore({ time, to: sandbox.at(`restored-${id}`) });
    t.deepEqual(treeDifferences(tree, await readTree(sandbox.at(`restored-${id}`))), []);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a mirror file that is lost is reported, although operations are still owed', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await mkdir(sandbox.inSource('folder'));
  await writeFile(sandbox.inSource('folder', 'file'), 'content');
  await sandbox.backup();
  await writeFile(sandbox.inSource('folder', 'file'), 'other content');
  await sandbox.backup({ context: { fileSystem: new HookedFileSystem(cutOffAfter(0)) } });
  await rm(sandbox.inMirror('redis-rewind-data', 'staging'), { recursive: true });
  const { problems } = await sandbox.verify();
  t.deepEqual(
    problems.map(({ path, snapshots, kind }) => ({ path, snapshots, kind })),
    [{ path: 'folder/file', snapshots: [2], kind: 'mirror-content' }],
  );
});

/**
 * Lets `steps` changes of the mirror through, then fails all. The mirror only changes after the commit,
 * except that the tail of an AOF may be added before it.
 */
function cutOffAfter(steps: number): ConstructorParameters<typeof HookedFileSystem>[0] {
  const CHANGES = ['rename', 'makeDirectory', 'removeDirectory'];
  let done = 0;
  return (call) => {
    const isOfStaging = /\/staging(\/(new|old|names.*))?$/.test(call.path);
    if (!CHANGES.includes(call.operation) || isOfStaging) return;
    done += 1;
    if (done > steps) throw systemFailure(call, 'EIO');
  };
}
