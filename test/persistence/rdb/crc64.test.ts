// CRC-64/Jones: the vector from its definition, equality with a slow implementation of the definition, and
// the checksums of real dumps.
import { readFileSync } from 'node:fs';

import test from 'ava';

import { crc64 } from '../../../src/persistence/rdb/crc64.js';
import { fixturePath } from '../../support/program/project-paths.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { findInPieces } from './found-records.js';

const POLYNOMIAL = 0x95ac9329ac4bc9b5n;

function crc64ByBits(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? POLYNOMIAL : 0n);
  }
  return crc;
}

test('123456789 has the checksum that defines the algorithm', (t) => {
  t.is(crc64(Buffer.from('123456789')), 0xe9c6d914c4b8d9can);
  t.is(crc64(Buffer.alloc(0)), 0n);
});

test('every length has the checksum of the definition', (t) => {
  const bytes = new SeededRandom('crc64').bytes(200);
  for (let length = 0; length <= bytes.length; length++) {
    const some = bytes.subarray(0, length);
    t.is(crc64(some), crc64ByBits(some), `${length} bytes`);
  }
});

test('bytes beyond one piece of the engine have the checksum of the definition', (t) => {
  const bytes = new SeededRandom('crc64 long').bytes(150_001);
  t.is(crc64(bytes), crc64ByBits(bytes));
});

test('a real dump ends with the checksum of all bytes before it', async (t) => {
  const bytes = readFileSync(
    fixturePath('redis-data', '7.0-rdb-and-multipart-aof', '1', 'dump.rdb'),
  );
  t.is(crc64(bytes.subarray(0, -8)), bytes.readBigUInt64LE(bytes.length - 8));
});

test('a walk in pieces sums up the same bytes', async (t) => {
  const body = Buffer.concat([
    Buffer.from('REDIS0010'),
    Buffer.from([0, 1, 0x6b, 0x80, 0, 3, 0x0d, 0x40]),
    new SeededRandom('crc64 walk').bytes(200_000),
    Buffer.from([0xff]),
  ]);
  const seal = Buffer.alloc(8);
  seal.writeBigUInt64LE(crc64ByBits(body));
  for (const length of [1, 15, 16, 17, 4095, 100_000, 300_000]) {
    const { walk } = await findInPieces(Buffer.concat([body, seal]), [length]);
    t.is(walk.checksum, 'ok', `pieces of ${length}`);
  }
});
