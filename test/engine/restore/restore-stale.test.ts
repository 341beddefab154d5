// Versions that are not quite what they should be, known since their backup: stale ones come back with
// a warning, and of damaged ones nothing comes back at all.
import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

import { listFiles } from '../../../src/engine/inspect/list.js';
import { CorruptError } from '../../../src/errors.js';
import { flipped } from '../../support/damage/damage.js';
import { dumpBytes } from '../../support/repository/four-nights.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';

test('a stale version comes back with a warning, and is listed as stale', async (t) => {
  const history = await RecordedHistory.begin(t);
  const dump = history.at('source', 'dump.rdb');
  await writeFile(dump, 'the first night');
  await writeFile(history.at('source', 'other'), 'other');
  await history.backUp();
  await writeFile(dump, 'the second night, which nobody could read');
  const unreadable = failing('EIO', (call) => call.operation === 'read' && call.path === dump);
  await history.backUp({ context: history.contextWith(new HookedFileSystem(unreadable)) });

  const report = await history.restore(history.at('restored'));
  t.is(await readFile(history.at('restored', 'dump.rdb'), 'utf8'), 'the first night');
  t.deepEqual(
    report.notes.map(({ severity, kind, path: name }) => [severity, kind, name]),
    [['look', 'stale', 'dump.rdb']],
  );
  const alone = await history.restore(history.at('other'), { path: 'other' });
  t.deepEqual(alone.notes, []);
  const first = await history.restore(history.at('first'), { at: history.snapshot(1).time });
  t.deepEqual(first.notes, []);

  const stale = (time: string): unknown[] =>
    listFiles({ repository: history.repositoryPath, time }, history.context)
      .files.filter((file) => file.stale)
      .map((file) => file.path);
  t.deepEqual(stale('now'), ['dump.rdb']);
  t.deepEqual(stale('1B'), []);
  t.deepEqual((await history.verify()).problems, []);
});

test('a version that the mirror had lost is refused and listed as damaged; older ones come back', async (t) => {
  const history = await RecordedHistory.begin(t);
  for (const night of [1, 2, 3]) {
    const next = history.at('source', 'next');
    await writeFile(next, dumpBytes(night));
    await rename(next, history.at('source', 'dump.rdb'));
    if (night === 3) {
      // In what the second night has rewritten, which the first is not made of.
      const mirror = path.join(history.repository, 'dump.rdb');
      await writeFile(mirror, flipped(dumpBytes(2), 10_200));
    }
    await history.backUp();
  }
  for (const night of [1, 3]) {
    const place = history.at(`night-${night}`);
    await history.restore(place, { path: 'dump.rdb', at: history.snapshot(night).time });
    t.true((await readFile(place)).equals(dumpBytes(night)));
  }
  const { time } = history.snapshot(2);
  for (const inside of ['dump.rdb', '']) {
    await t.throwsAsync(history.restore(history.at('damaged'), { path: inside, at: time }), {
      instanceOf: CorruptError,
      message: /^'dump\.rdb' cannot be restored: its bytes are not those that were backed up/,
    });
  }
  t.false((await readdir(history.directory)).includes('damaged'));
  t.deepEqual(
    (await history.verify()).problems.map(({ kind, path: name, snapshots }) => [
      kind,
      name,
      ...snapshots,
    ]),
    [['content', 'dump.rdb', 2]],
  );
  const { files } = listFiles({ repository: history.repositoryPath, time }, history.context);
  t.deepEqual(
    files.filter((file) => file.damaged).map((file) => file.path),
    ['dump.rdb'],
  );
});
