import test from 'ava';
import path from 'node:path';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { WriteBehind } from '../../../src/system/files/write-behind.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

test('a sync begins whenever enough has been written, one at a time', async (t) => {
  let syncs = 0;
  const fileSystem = new HookedFileSystem(({ operation }) => {
    if (operation === 'syncInBackground') syncs += 1;
  });
  const place = pathFromText(path.join(await temporaryDirectory(t), 'file'));
  const file = fileSystem.open(place, 'create');
  t.teardown(() => fileSystem.close(file));
  const behind = new WriteBehind(fileSystem, file, 100);
  behind.wrote(99);
  t.is(syncs, 0);
  behind.wrote(1);
  behind.wrote(100);
  t.is(syncs, 1);
  await behind.settle();
  behind.wrote(1);
  t.is(syncs, 2);
  await behind.settle();
});

test('the next write, and the end, report a sync that failed', async (t) => {
  const fileSystem = new HookedFileSystem(
    failing('EIO', ({ operation }) => operation === 'syncInBackground'),
  );
  const place = pathFromText(path.join(await temporaryDirectory(t), 'file'));
  const file = fileSystem.open(place, 'create');
  t.teardown(() => fileSystem.close(file));
  const behind = new WriteBehind(fileSystem, file, 100);
  behind.wrote(100);
  await t.throwsAsync(behind.settle(), { message: /input\/output error/ });
  t.throws(() => behind.wrote(1), { message: /input\/output error/ });
});
