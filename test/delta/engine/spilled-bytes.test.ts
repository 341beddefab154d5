import test from 'ava';
import { SpilledBytes } from '../../../src/delta/engine/spilled-bytes.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { randomBytesOf } from '../random-bytes.js';

for (const inMemoryMost of [0, 10_000, 1_000_000]) {
  test(`bytes come back as they were appended, with ${inMemoryMost} in memory`, async (t) => {
    const bytes = randomBytesOf(1, 300_000);
    const spilled = new SpilledBytes(inMemoryMost);
    for (let at = 0; at < bytes.length; at += 7001) spilled.append(bytes.subarray(at, at + 7001));
    t.is(spilled.sizeBytes, bytes.length);
    t.is(spilled.isSpilled, bytes.length > inMemoryMost);

    const piece = Buffer.alloc(1000);
    t.is(spilled.read(piece, 123_456), 1000);
    t.is(bytesDifference(bytes.subarray(123_456, 124_456), piece), null);
    t.is(spilled.read(piece, bytes.length - 10), 10);

    const chunks: Uint8Array[] = [];
    for await (const chunk of spilled.chunks()) chunks.push(chunk);
    t.is(bytesDifference(bytes, Buffer.concat(chunks)), null);
    spilled.close();
  });
}
