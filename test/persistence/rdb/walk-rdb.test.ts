// Dumps of real servers: the walk finds what the server said it held, in pieces of any length.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import test from 'ava';

import { walkRdb } from '../../../src/persistence/rdb/walk-rdb.js';
import type { DatasetDigest } from '../../support/redis/data/dataset-digest.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { findInBytes, findInPieces } from './found-records.js';
import { type ServerKey, keysOfWalk } from './server-keys.js';
import { MemoryReader } from '../../support/files/memory-reader.js';

const NIGHTS = fixturePath('redis-data', '7.0-rdb-and-multipart-aof');
const SMALL = fixturePath('rdb', 'made-by-redis');
const smallNames = readdirSync(SMALL)
  .filter((name) => name.endsWith('.rdb'))
  .map((name) => path.parse(name).name);

for (const point of ['1', '2', '3']) {
  test(`dump.rdb of point ${point} holds what its server held`, async (t) => {
    const bytes = readFileSync(path.join(NIGHTS, point, 'dump.rdb'));
    const held = JSON.parse(
      readFileSync(path.join(NIGHTS, `${point}.keys.json`), 'utf8'),
    ) as DatasetDigest;
    const found = await findInBytes(bytes);
    const { walk } = found;
    t.deepEqual(walk.end, { kind: 'complete', sizeBytes: bytes.length, trailingBytes: 0 });
    t.is(walk.checksum, 'ok');
    t.deepEqual(walk.format, { magic: 'REDIS', version: 10 });
    t.is(walk.functionLibraries, 1);
    t.is(walk.auxFields.get('redis-ver'), '7.0.15');
    t.is(walk.keys, held.keys);
    const keys = keysOfWalk(bytes, found);
    for (const { database, keys: count, expiringKeys } of walk.databases) {
      const said = held.databases[String(database)];
      const types: Record<string, number> = {};
      for (const { type } of keys.filter((key) => key.database === database)) {
        types[type] = (types[type] ?? 0) + 1;
      }
      t.deepEqual([count, expiringKeys, types], [said?.keys, said?.expiring, said?.types]);
    }
    t.is(walk.databases.length, Object.keys(held.databases).length);
  });

  test(`the base of the AOF of point ${point} is an RDB too`, async (t) => {
    const folder = path.join(NIGHTS, point, 'appendonlydir');
    const name = readdirSync(folder).find((one) => one.endsWith('.base.rdb')) ?? '';
    const bytes = readFileSync(path.join(folder, name));
    const { walk } = await findInBytes(bytes);
    t.is(walk.end.kind, 'complete');
    t.is(walk.checksum, 'ok');
    t.is(walk.auxFields.get('aof-base'), '1');
  });
}

for (const name of smallNames) {
  test(`${name} holds the keys that its server named`, async (t) => {
    const bytes = readFileSync(path.join(SMALL, `${name}.rdb`));
    const keys = JSON.parse(readFileSync(path.join(SMALL, `${name}.json`), 'utf8')) as ServerKey[];
    const found = await findInBytes(bytes);
    t.deepEqual(keysOfWalk(bytes, found), keys);
    t.is(found.walk.end.kind, 'complete');
    t.is(found.walk.checksum, name.endsWith('without-checksum') ? 'absent' : 'ok');
  });

  test(`${name} in pieces of every length gives the same walk`, async (t) => {
    const bytes = readFileSync(path.join(SMALL, `${name}.rdb`));
    const whole = await findInBytes(bytes);
    for (let length = 1; length <= bytes.length; length++) {
      t.deepEqual(await findInPieces(bytes, [length]), whole, `pieces of ${length}`);
    }
  });
}

const nightly = readFileSync(path.join(NIGHTS, '2', 'dump.rdb'));

test('a large dump in pieces of any lengths gives the same walk', async (t) => {
  const whole = await findInBytes(nightly);
  const random = new SeededRandom('pieces');
  for (const length of [1, 2, 3, 7, 64, 1000, 1024, 4096, 65_536, nightly.length]) {
    t.deepEqual(await findInPieces(nightly, [length]), whole, `pieces of ${length}`);
  }
  for (let round = 0; round < 10; round++) {
    const lengths = Array.from({ length: 50 }, () => random.between(1, 3000));
    t.deepEqual(await findInPieces(nightly, lengths), whole, `round ${round}`);
  }
});

test('without the checksum the walk is the same', async (t) => {
  const whole = await findInBytes(nightly);
  for (const lengths of [[nightly.length], [1], [100, 1, 5000]]) {
    const { walk, records } = await findInPieces(nightly, lengths, { verifyChecksum: false });
    t.deepEqual(records, whole.records);
    t.deepEqual(walk, { ...whole.walk, checksum: 'unverified' });
  }
});

test('records follow one another, and only opcodes lie between them', async (t) => {
  const { records } = await findInBytes(nightly);
  let end = 9;
  for (const { recordAt, typeAt, valueAt, endAt } of records) {
    t.true(
      end <= recordAt && recordAt <= typeAt && typeAt < valueAt && valueAt < endAt,
      `${end}, ${recordAt}, ${typeAt}, ${valueAt}, ${endAt}`,
    );
    if (recordAt > end) t.true((nightly[end] ?? 0) >= 0xf5, String(nightly[end]));
    end = endAt;
  }
  t.deepEqual([...nightly.subarray(end, end + 1)], [0xff]);
});

test('a hash of a key depends on its name and its database, not on its value or place', async (t) => {
  const other = readFileSync(path.join(NIGHTS, '3', 'dump.rdb'));
  const hashes = new Map<string, bigint>();
  let sameKeys = 0;
  for (const bytes of [nightly, other]) {
    const { records } = await findInBytes(bytes);
    for (const { database, typeAt, valueAt, keyHash } of records) {
      const key = `${database}/${bytes.toString('latin1', typeAt + 1, valueAt)}`;
      const known = hashes.get(key);
      if (known !== undefined) sameKeys++;
      t.is(known ?? keyHash, keyHash);
      hashes.set(key, keyHash);
    }
  }
  t.true(sameKeys > 1500, String(sameKeys));
  t.is(new Set(hashes.values()).size, hashes.size);
});

test('commands behind the RDB are trailing bytes, and its checksum is right', async (t) => {
  const commands = Buffer.from('*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n');
  const bytes = Buffer.concat([nightly, commands]);
  for (const verifyChecksum of [true, false]) {
    const { walk, records } = await findInBytes(bytes, { verifyChecksum });
    t.deepEqual(walk.end, {
      kind: 'complete',
      sizeBytes: nightly.length,
      trailingBytes: commands.length,
    });
    t.is(walk.checksum, verifyChecksum ? 'ok' : 'unverified');
    t.is(walk.keys, records.length);
    t.deepEqual(await findInPieces(bytes, [100], { verifyChecksum }), { walk, records });
  }
});

test('a byte that changes no structure makes the checksum wrong', async (t) => {
  const { records } = await findInBytes(nightly);
  const plain = records.find(({ type, valueAt }) => type === 0 && (nightly[valueAt] ?? 0) < 64);
  const damaged = Buffer.from(nightly);
  const at = (plain?.valueAt ?? 0) + 1;
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  const { walk } = await findInBytes(damaged);
  t.is(walk.end.kind, 'complete');
  t.is(walk.checksum, 'wrong');
});

test('an error in onRecords ends the walk and does not disturb the next one', async (t) => {
  const stopped = new Error('enough');
  const walking = walkRdb(new MemoryReader(nightly), {
    onRecords: () => {
      throw stopped;
    },
  });
  t.is(await t.throwsAsync(walking), stopped);
  t.is((await findInBytes(nightly)).walk.checksum, 'ok');
});

test('a checkpoint ends the walk', async (t) => {
  const stopped = new Error('interrupted');
  const checkpoint = async (): Promise<void> => {
    throw stopped;
  };
  t.is(await t.throwsAsync(walkRdb(new MemoryReader(nightly), { checkpoint })), stopped);
});
