// What comes back: everything, a folder, a file, a link, as of each snapshot, byte for byte and with
// owner, mode and time as they were.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';

import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { dumpBytes, shareNights } from '../../support/repository/four-nights.js';
import { RecordedHistory, subtree } from '../../support/repository/recorded-history.js';

const nights = shareNights(test);

test('every snapshot comes back whole, with owners, modes and times', async (t) => {
  const history = nights();
  for (const { id, time, tree } of history.snapshots) {
    const destination = history.at(`restored-${id}`);
    const report = await history.restore(destination, { at: time });
    await isRestored(t, tree, destination);
    t.is(report.snapshot.id, id);
    t.is(report.snapshot.time, time);
    t.deepEqual(report.notes, []);
  }
});

test('one file comes back as of each snapshot', async (t) => {
  const history = nights();
  for (const { id, time, tree } of history.snapshots) {
    const destination = history.at(`dump-${id}`);
    const report = await history.restore(destination, { path: 'dump.rdb', at: time });
    await isRestored(t, subtree(tree, 'dump.rdb'), destination);
    t.true((await readFile(destination)).equals(dumpBytes(id)));
    t.is(report.path, 'dump.rdb');
    t.is(report.destination, destination);
    t.is(report.files, 1);
    t.is(report.bytes, dumpBytes(id).length);
  }
});

test('a folder comes back as of each snapshot with what it had then, and nothing else', async (t) => {
  const history = nights();
  for (const { id, time, tree } of history.snapshots) {
    const destination = history.at(`aof-${id}`);
    const report = await history.restore(destination, { path: 'appendonlydir', at: time });
    const expected = subtree(tree, 'appendonlydir');
    await isRestored(t, expected, destination);
    t.is(report.files, Object.keys(expected).length - 1);
  }
});

test('without a TIME the newest snapshot comes back', async (t) => {
  const history = nights();
  const report = await history.restore(history.at('newest'));
  t.is(report.snapshot.id, 4);
  await isRestored(t, history.snapshot(4).tree, history.at('newest'));
});

test('a path comes back as the file, the folder and the link that it was in turn', async (t) => {
  const history = nights();
  const kinds = await Promise.all(
    history.snapshots.map(async ({ id, time, tree }) => {
      const destination = history.at(`changeling-${id}`);
      await history.restore(destination, { path: 'changeling', at: time });
      await isRestored(t, subtree(tree, 'changeling'), destination);
      return (await readTree(destination))['.']?.type;
    }),
  );
  t.deepEqual(kinds, ['file', 'directory', 'symlink', 'symlink']);
});

test('an empty folder and a link come back by their names', async (t) => {
  const history = nights();
  for (const name of ['empty', 'latest']) {
    const report = await history.restore(history.at(name), { path: name });
    await isRestored(t, subtree(history.snapshot(4).tree, name), history.at(name));
    t.is(report.files, 0);
    t.is(report.bytes, 0);
  }
});

test('a name that is not UTF-8 is given as \\xHH and comes back', async (t) => {
  const history = nights();
  const report = await history.restore(history.at('coffee'), { path: 'caf\\xe9' });
  t.is(report.path, 'caf\\xe9');
  t.is(await readFile(history.at('coffee'), 'latin1'), 'latin1\n');
});

test('what --also kept comes back by its name, and not with the rest', async (t) => {
  const history = await RecordedHistory.begin(t);
  await writeFile(history.at('source', 'dump.rdb'), 'dump');
  await mkdir(history.at('etc', 'redis'), { recursive: true });
  await writeFile(history.at('etc', 'redis', 'redis.conf'), 'save 60 1\n', { mode: 0o640 });
  await writeFile(history.at('etc', 'users.acl'), 'user default on\n');
  const also = [history.at('etc', 'redis'), history.at('etc', 'users.acl')];
  await history.backUp({ also });
  const kept = `redis-rewind-data/also${history.at('etc')}`;

  const file = `${kept}/redis/redis.conf`;
  await history.restore(history.at('conf'), { path: file });
  await isRestored(t, await readTree(history.at('etc', 'redis', 'redis.conf')), history.at('conf'));

  await history.restore(history.at('folder'), { path: `${kept}/redis` });
  await isRestored(t, await readTree(history.at('etc', 'redis')), history.at('folder'));

  await history.restore(history.at('all-of-it'), { path: 'redis-rewind-data/also' });
  await isRestored(
    t,
    await readTree(history.at('etc')),
    history.at('all-of-it', history.at('etc')),
  );

  await history.restore(history.at('everything'));
  await isRestored(t, history.snapshot(1).tree, history.at('everything'));
});

test('a restore changes nothing in the repository', async (t) => {
  const history = nights();
  const before = await readTree(history.repository);
  await history.restore(history.at('first'), { at: history.snapshot(1).time });
  await history.restore(history.at('last'));
  t.deepEqual(treeDifferences(before, await readTree(history.repository)), []);
});

test('progress counts every byte once, up to the total', async (t) => {
  const history = nights();
  const seen: { doneBytes: number; totalBytes: number }[] = [];
  const report = await history.restore(history.at('watched'), {
    at: history.snapshot(1).time,
    context: {
      ...history.context,
      onProgress: ({ phase, doneBytes, totalBytes }) => {
        t.is(phase, 'restoring');
        seen.push({ doneBytes, totalBytes });
      },
    },
  });
  t.deepEqual(seen.at(-1), { doneBytes: report.bytes, totalBytes: report.bytes });
  t.deepEqual(
    seen.map(({ doneBytes }) => doneBytes),
    seen.map(({ doneBytes }) => doneBytes).toSorted((a, b) => a - b),
  );
});

async function isRestored(t: ExecutionContext, expected: Tree, place: string): Promise<void> {
  t.deepEqual(treeDifferences(expected, await readTree(place)), []);
}
