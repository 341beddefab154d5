// What a restore brings back as of each snapshot: all of it, a folder, a file or a link, byte for byte and
// with its owner, mode and time.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';

import { dumpBytes, shareNights } from '../../support/sandbox/four-nights.js';
import {
  type Tree,
  readTree,
  subtree,
  treeDifferences,
} from '../../support/files/directory-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';

const nights = shareNights(test);

test('every snapshot comes back whole, with owners, modes and times', async (t) => {
  const sandbox = nights();
  for (const { id, time, tree } of sandbox.recorded) {
    const destination = sandbox.at(`restored-${id}`);
    const report = await sandbox.restore({ time, to: destination });
    await isRestored(t, tree, destination);
    t.is(report.snapshot.id, id);
    t.is(report.snapshot.time, time);
    t.deepEqual(report.notes, []);
  }
});

test('one file comes back as of each snapshot', async (t) => {
  const sandbox = nights();
  for (const { id, time, tree } of sandbox.recorded) {
    const destination = sandbox.at(`dump-${id}`);
    const report = await sandbox.restore({ time, to: destination, path: 'dump.rdb' });
    await isRestored(t, subtree(tree, 'dump.rdb'), destination);
    t.is(bytesDifference(dumpBytes(id), await readFile(destination)), null);
    t.is(report.path, 'dump.rdb');
    t.is(report.destination, destination);
    t.is(report.files, 1);
    t.is(report.bytes, dumpBytes(id).length);
  }
});

test('a folder comes back as of each snapshot, with all that it held then and nothing else', async (t) => {
  const sandbox = nights();
  for (const { id, time, tree } of sandbox.recorded) {
    const destination = sandbox.at(`aof-${id}`);
    const report = await sandbox.restore({ time, to: destination, path: 'appendonlydir' });
    const expected = subtree(tree, 'appendonlydir');
    await isRestored(t, expected, destination);
    t.is(report.files, Object.keys(expected).length - 1);
  }
});

test('without a TIME the newest snapshot comes back', async (t) => {
  const sandbox = nights();
  const report = await sandbox.restore({ to: sandbox.at('newest') });
  t.is(report.snapshot.id, 4);
  await isRestored(t, sandbox.snapshot(4).tree, sandbox.at('newest'));
});

test('a path that was a file, a folder and a link in turn comes back as what it was', async (t) => {
  const sandbox = nights();
  const kinds = await Promise.all(
    sandbox.recorded.map(async ({ id, time, tree }) => {
      const destination = sandbox.at(`changeling-${id}`);
      await sandbox.restore({ time, to: destination, path: 'changeling' });
      await isRestored(t, subtree(tree, 'changeling'), destination);
      return (await readTree(destination))['.']?.type;
    }),
  );
  t.deepEqual(kinds, ['file', 'directory', 'symlink', 'symlink']);
});

test('an empty folder and a link come back by their names', async (t) => {
  const sandbox = nights();
  for (const name of ['empty', 'latest']) {
    const report = await sandbox.restore({ to: sandbox.at(name), path: name });
    await isRestored(t, subtree(sandbox.snapshot(4).tree, name), sandbox.at(name));
    t.is(report.files, 0);
    t.is(report.bytes, 0);
  }
});

test('a name that is not UTF-8 is written with \\xHH, and comes back', async (t) => {
  const sandbox = nights();
  const report = await sandbox.restore({ to: sandbox.at('coffee'), path: 'caf\\xe9' });
  t.is(report.path, 'caf\\xe9');
  t.is(await readFile(sandbox.at('coffee'), 'latin1'), 'latin1\n');
});

test('paths kept by --also come back by their own names, and not with the rest', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await writeFile(sandbox.inSource('dump.rdb'), 'dump');
  await mkdir(sandbox.at('etc', 'redis'), { recursive: true });
  await writeFile(sandbox.at('etc', 'redis', 'redis.conf'), 'save 60 1\n', { mode: 0o640 });
  await writeFile(sandbox.at('etc', 'users.acl'), 'user default on\n');
  const also = [sandbox.at('etc', 'redis'), sandbox.at('etc', 'users.acl')];
  await sandbox.backup({ also });
  const kept = `redis-rewind-data/also${sandbox.at('etc')}`;

  const file = `${kept}/redis/redis.conf`;
  await sandbox.restore({ to: sandbox.at('conf'), path: file });
  await isRestored(t, await readTree(sandbox.at('etc', 'redis', 'redis.conf')), sandbox.at('conf'));

  await sandbox.restore({ to: sandbox.at('folder'), path: `${kept}/redis` });
  await isRestored(t, await readTree(sandbox.at('etc', 'redis')), sandbox.at('folder'));

  await sandbox.restore({ to: sandbox.at('all-of-it'), path: 'redis-rewind-data/also' });
  await isRestored(
    t,
    await readTree(sandbox.at('etc')),
    sandbox.at('all-of-it', sandbox.at('etc')),
  );

  await sandbox.restore({ to: sandbox.at('everything') });
  await isRestored(t, sandbox.snapshot(1).tree, sandbox.at('everything'));
});

test('a restore changes nothing in the repository', async (t) => {
  const sandbox = nights();
  const before = await readTree(sandbox.repository);
  await sandbox.restore({ time: sandbox.snapshot(1).time, to: sandbox.at('first') });
  await sandbox.restore({ to: sandbox.at('last') });
  t.deepEqual(treeDifferences(before, await readTree(sandbox.repository)), []);
});

test('progress counts every byte once, up to the total', async (t) => {
  const sandbox = nights();
  const seen: { doneBytes: number; totalBytes: number }[] = [];
  const report = await sandbox.restore({
    time: sandbox.snapshot(1).time,
    to: sandbox.at('watched'),
    context: {
      ...sandbox.context,
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
