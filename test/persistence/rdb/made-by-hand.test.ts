// RDBs of versions and types that no server here writes, made by hand: the walk finds what their marks
// say. test/live/rdb-walk.test.ts checks those that Redis 7.0 knows against Redis.
import test from 'ava';

import { readAnnotatedRdbs } from './annotated-hex.js';
import { findInBytes, findInPieces, withoutHashes } from './found-records.js';

const rdbs = readAnnotatedRdbs();

for (const { name, bytes, records } of rdbs) {
  test(`every record of ${name} is found where it lies`, async (t) => {
    const found = await findInBytes(bytes);
    t.deepEqual(found.walk.end, {
      kind: 'complete',
      sizeBytes: bytes.length,
      trailingBytes: 0,
    });
    t.deepEqual(withoutHashes(found.records), records);
    t.is(found.walk.keys, records.length);
    t.is(found.walk.expiringKeys, records.filter(({ expiresAtMs }) => expiresAtMs !== -1).length);
  });

  test(`${name} says its format and has the checksum it should`, async (t) => {
    const { walk } = await findInBytes(bytes);
    const [, magic = '', version = ''] = /^([a-z]+)-(\d+)/.exec(name) ?? [];
    t.deepEqual(walk.format, { magic: magic.toUpperCase() as 'REDIS', version: Number(version) });
    const isLeftOut = name.endsWith('without-checksum') || name === 'valkey-081';
    t.is(walk.checksum, isLeftOut ? 'absent' : 'ok');
  });

  test(`${name} in pieces of every length gives the same walk`, async (t) => {
    const whole = await findInBytes(bytes);
    for (let length = 1; length <= bytes.length; length++) {
      t.deepEqual(await findInPieces(bytes, [length]), whole, `pieces of ${length}`);
    }
  });
}

test('every type that the walk knows occurs in the vectors', async (t) => {
  const types = new Set<string>();
  for (const { bytes } of rdbs) {
    const { walk } = await findInBytes(bytes);
    for (const { type } of walk.types)
      types.add(type < 22 ? `${type}` : `${walk.format?.magic} ${type}`);
  }
  const shared = [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21].map(String);
  const own = [22, 23, 24, 25, 26, 27, 28, 30, 32]
    .map((type) => `REDIS ${type}`)
    .concat('VALKEY 22');
  // Every dump of Redis 7.0 has 17, 18 and 19.
  t.deepEqual([...types].sort(), [...shared, ...own].sort());
});

test('aux fields, function libraries and fields of modules are counted', async (t) => {
  const walkOf = async (name: string) => {
    const rdb = rdbs.find((one) => one.name === name);
    if (rdb === undefined) throw new Error(`no vector ${name}`);
    return (await findInBytes(rdb.bytes)).walk;
  };
  const quicklist = await walkOf('redis-0007-quicklist');
  t.deepEqual(
    [...quicklist.auxFields],
    [
      ['redis-ver', '3.2.0'],
      ['redis-bits', '64'],
      ['ctime', '1456552203'],
    ],
  );
  t.is((await walkOf('redis-0009-stream')).moduleFields, 2);
  t.is((await walkOf('redis-0011-stream-3')).functionLibraries, 1);
  t.is((await walkOf('redis-0010-early-function')).functionLibraries, 2);
  t.deepEqual([...(await walkOf('valkey-080-field-expiry')).auxFields], [['valkey-ver', '9.0.0']]);
});
