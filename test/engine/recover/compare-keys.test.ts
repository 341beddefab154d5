// The keys of a recovered server, compared with those of the snapshot.
import test from 'ava';

import { compareKeys } from '../../../src/engine/recover/compare-keys.js';

const EXPECTED = {
  databases: [
    { database: 0, keys: 10, expiringKeys: 4 },
    { database: 3, keys: 2, expiringKeys: 0 },
  ],
  expiredMost: 4,
};

const CASES = [
  ['all are there', { 0: 10, 3: 2 }, []],
  ['some have expired', { 0: 6, 3: 2 }, []],
  [
    'more are gone than can have expired',
    { 0: 5, 3: 2 },
    ['database 0 has 5 keys, and the snapshot has 6 to 10'],
  ],
  ['a database is empty', { 0: 10 }, ['database 3 has 0 keys, and the snapshot has 2']],
  ['there are more', { 0: 10, 3: 3 }, ['database 3 has 3 keys, and the snapshot has 2']],
  [
    'a database is not of the snapshot',
    { 0: 10, 3: 2, 5: 1 },
    ['database 5 has 1 keys, and the snapshot has none'],
  ],
] as const;

for (const [title, found, expected] of CASES) {
  test(title, (t) => {
    const databases = Object.entries(found).map(([database, keys]) => ({
      database: Number(database),
      keys,
    }));
    t.deepEqual(
      compareKeys(EXPECTED, databases).map(({ message }) => message),
      expected as unknown as string[],
    );
  });
}

test('where the number is not known nothing is compared', (t) => {
  t.deepEqual(compareKeys({ databases: null }, [{ database: 0, keys: 1 }]), []);
});
