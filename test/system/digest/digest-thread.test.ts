// Digests made on another thread equal those of node:crypto, whatever the pieces.
import test from 'ava';
import { createHash } from 'node:crypto';
import { type DigestStream, LocalDigest } from '../../../src/system/digest/digest-stream.js';
import { DigestThread } from '../../../src/system/digest/digest-thread.js';
import { Digests } from '../../../src/system/digest/digests.js';
import { RING_CHUNKS } from '../../../src/system/threads/chunk-ring.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Adds bytes in pieces of one length. */
async function feed(stream: DigestStream, bytes: Buffer, pieceBytes: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    (await stream.room()).set(piece);
    stream.add(piece.length);
  }
}

test('a digest of more chunks than the ring holds is right, and so is one taken midway', async (t) => {
  const thread = new DigestThread();
  t.teardown(() => thread.close());
  const bytes = new SeededRandom('ring').bytes((1 << 20) + 12_345);
  const stream = await thread.begin();
  for (let round = 0; round < RING_CHUNKS + 3; round += 1) {
    await feed(stream, bytes, 1 << 20);
    const expected = sha256(Buffer.concat(Array.from({ length: round + 1 }, () => bytes)));
    if (round % 4 === 1) t.is((await stream.soFar()).toString('hex'), expected);
    if (round === RING_CHUNKS + 2) t.is((await stream.finish()).toString('hex'), expected);
  }
});

test('pieces of any length give the same digest, on either thread', async (t) => {
  const thread = new DigestThread();
  t.teardown(() => thread.close());
  const bytes = new SeededRandom('pieces').bytes(10_000);
  for (const pieceBytes of [1, 7, 4096, 10_000]) {
    for (const stream of [await thread.begin(), new LocalDigest(bytes.length)]) {
      await feed(stream, bytes, pieceBytes);
      t.is((await stream.finish()).toString('hex'), sha256(bytes));
    }
  }
  t.is((await (await thread.begin()).finish()).toString('hex'), sha256(Buffer.alloc(0)));
});

test('an unfinished digest does not change the next one', async (t) => {
  const digests = new Digests();
  t.teardown(() => digests.close());
  const bytes = new SeededRandom('given up').bytes(500_000);
  await feed(await digests.begin(1 << 30), bytes, 100_000);
  const stream = await digests.begin(1 << 30);
  await feed(stream, bytes, 100_000);
  t.is((await stream.finish()).toString('hex'), sha256(bytes));
});

test('waiting for a thread that was ended fails, and does not last for ever', async (t) => {
  const thread = new DigestThread();
  const stream = await thread.begin();
  await thread.close();
  await t.throwsAsync(stream.finish(), { message: 'a thread ended before its work was done' });
  await t.throwsAsync(thread.begin());
});
