// The names of archives tell the time and the number of their snapshot.
import test from 'ava';
import { formatArchiveName, parseArchiveName } from '../../src/offsite/archive-name.js';

test('the name of an archive says which snapshot it has', (t) => {
  const archive = { snapshotTimeSeconds: 1_795_921_200, snapshotId: 12, isEncrypted: true };
  t.is(formatArchiveName(archive), 'redis-20261129T030000Z-12.tar.zst.age');
  t.deepEqual(parseArchiveName('redis-20261129T030000Z-12.tar.zst.age'), archive);
  t.deepEqual(parseArchiveName('redis-20261129T030000Z-12.tar.zst'), {
    ...archive,
    isEncrypted: false,
  });
});

for (const name of [
  'redis-20260231T030000Z-12.tar.zst',
  'redis-20261129T250000Z-12.tar.zst',
  'redis-20261129T030000Z-0.tar.zst',
  'redis-20261129T030000Z-012.tar.zst',
  'redis-20261129T030000Z-12.tar.zst.gpg',
  'x/redis-20261129T030000Z-12.tar.zst',
  'redis-20261129T030000Z-12.tar.zst\n',
  'dump.rdb',
]) {
  test(`this is not the name of an archive of ours: ${JSON.stringify(name)}`, (t) => {
    t.is(parseArchiveName(name), null);
  });
}
