// Versions that a backup has marked. A stale one comes back with a warning. A damaged one is refused.
import { readFile, rename, writeFile } from 'node:fs/promises';
import test from 'ava';

import { listFiles } from '../../../src/engine/inspect/list.js';
import { CorruptError } from '../../../src/errors.js';
import { flipped } from '../../support/damage/damage.js';
import { dumpBytes } from '../../support/sandbox/four-nights.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';
import { isThere } from '../../support/files/is-there.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';

test('a stale version comes back with a warning, and is listed as stale', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const dump = sandbox.inSource('dump.rdb');
  await writeFile(dump, 'the first night');
  await writeFile(sandbox.inSource('other'), 'other');
  await sandbox.backup();
  await writeFile(dump, 'the second night, which nobody could read');
  const unreadable = failing('EIO', (call) => call.operation === 'read' && call.path === dump);
  await sandbox.backup({ context: { fileSystem: new HookedFileSystem(unreadable) } });

  const report = await sandbox.restore({ to: sandbox.at('restored') });
  t.is(await readFile(sandbox.at('restored', 'dump.rdb'), 'utf8'), 'the first night');
  t.deepEqual(
    report.notes.map(({ severity, kind, path: name }) => [severity, kind, name]),
    [['look', 'stale', 'dump.rdb']],
  );
  const alone = await sandbox.restore({ to: sandbox.at('other'), path: 'other' });
  t.deepEqual(alone.notes, []);
  const first = await sandbox.restore({ time: sandbox.snapshot(1).time, to: sandbox.at('first') });
  t.deepEqual(first.notes, []);

  const stale = (time: string): unknown[] =>
    listFiles({ repository: sandbox.repositoryPath, time }, sandbox.context)
      .files.filter((file) => file.stale)
      .map((file) => file.path);
  t.deepEqual(stale('now'), ['dump.rdb']);
  t.deepEqual(stale('1B'), []);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a version whose mirror file was damaged before the next backup is refused; the others come back', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  for (const night of [1, 2, 3]) {
    const next = sandbox.inSource('next');
    await writeFile(next, dumpBytes(night));
    await rename(next, sandbox.inSource('dump.rdb'));
    if (night === 3) {
      // A byte that the second night has rewritten, so that the first night is not rebuilt from it.
      const mirror = sandbox.inMirror('dump.rdb');
      await writeFile(mirror, flipped(dumpBytes(2), 10_200));
    }
    await sandbox.backup();
  }
  for (const night of [1, 3]) {
    const place = sandbox.at(`night-${night}`);
    await sandbox.restore({ time: sandbox.snapshot(night).time, to: place, path: 'dump.rdb' });
    t.is(bytesDifference(dumpBytes(night), await readFile(place)), null);
  }
  const { time } = sandbox.snapshot(2);
  for (const inside of ['dump.rdb', '']) {
    await t.throwsAsync(sandbox.restore({ time, to: sandbox.at('damaged'), path: inside }), {
      instanceOf: CorruptError,
      message: /^'dump\.rdb' cannot be restored: its bytes are not those that were backed up/,
    });
  }
  t.false(isThere(sandbox.at('damaged')), 'damaged');
  t.deepEqual(
    (await sandbox.verify()).problems.map(({ kind, path: name, snapshots }) => [
      kind,
      name,
      ...snapshots,
    ]),
    [['content', 'dump.rdb', 2]],
  );
  const { files } = listFiles({ repository: sandbox.repositoryPath, time }, sandbox.context);
  t.deepEqual(
    files.filter((file) => file.damaged).map((file) => file.path),
    ['dump.rdb'],
  );
});
