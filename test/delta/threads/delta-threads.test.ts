// Deltas that threads make and prove, of files that are still being written.
import test, { type ExecutionContext } from 'ava';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { DeltaThreads } from '../../../src/delta/threads/delta-threads.js';
import { CorruptError } from '../../../src/errors.js';
import type { GrowingFile, SharedFile } from '../../../src/system/files/shared-file-reader.js';
import {
  createAvailableBytes,
  endAvailableBytes,
  giveUpAvailableBytes,
  raiseAvailableBytes,
} from '../../../src/system/threads/available-bytes.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { edited, randomBytes } from '../../support/sandbox/large-content.js';

const OPTIONS = { giveUpAtBytes: Number.MAX_SAFE_INTEGER, zstdLevel: 3, memoryBytes: null };

const before = randomBytes('before', 1 << 20);
const after = edited(before, 'after');

function createThreads(t: ExecutionContext): DeltaThreads {
  const threads = new DeltaThreads();
  t.teardown(() => threads.close());
  return threads;
}

/** An open file in the folder of the test. */
async function openFile(t: ExecutionContext, bytes: Uint8Array): Promise<number> {
  const descriptor = fs.openSync(path.join(await temporaryDirectory(t), 'file'), 'wx+');
  t.teardown(() => fs.closeSync(descriptor));
  fs.writeSync(descriptor, bytes);
  return descriptor;
}

async function wholeFile(t: ExecutionContext, bytes: Uint8Array): Promise<SharedFile> {
  return { descriptor: await openFile(t, bytes), sizeBytes: bytes.length, available: null };
}

async function growingFile(t: ExecutionContext): Promise<GrowingFile> {
  return { descriptor: await openFile(t, Buffer.alloc(0)), available: createAvailableBytes() };
}

async function deltaOf(t: ExecutionContext, threads: DeltaThreads): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const keep = (bytes: Uint8Array): number => pieces.push(Buffer.from(bytes));
  const [basis, result] = [await wholeFile(t, after), await wholeFile(t, before)];
  await threads.make({ basis, result }, OPTIONS, keep);
  return Buffer.concat(pieces);
}

test('a delta is proved while it is being written, piece by piece', async (t) => {
  const threads = createThreads(t);
  const delta = await deltaOf(t, threads);
  const stored = await growingFile(t);
  const proving = threads.prove(await wholeFile(t, after), stored, before.length);
  for (let at = 0; at < delta.length; at += 50) {
    fs.writeSync(stored.descriptor, delta.subarray(at, at + 50));
    raiseAvailableBytes(stored.available, Math.min(at + 50, delta.length));
  }
  endAvailableBytes(stored.available, delta.length);
  t.deepEqual(await proving, createHash('sha256').update(before).digest());
});

test('a delta that is cut off, or whose writer gives up, is not proved', async (t) => {
  const threads = createThreads(t);
  const delta = await deltaOf(t, threads);
  const basis = await wholeFile(t, after);
  const ends: ((stored: GrowingFile) => void)[] = [
    ({ available }) => endAvailableBytes(available, delta.length - 1),
    ({ available }) => endAvailableBytes(available, delta.length + 1),
    ({ available }) => giveUpAvailableBytes(available),
  ];
  for (const end of ends) {
    const stored = await growingFile(t);
    const proving = threads.prove(basis, stored, before.length);
    fs.writeSync(stored.descriptor, delta);
    raiseAvailableBytes(stored.available, 10);
    end(stored);
    await t.throwsAsync(proving, { instanceOf: CorruptError });
  }
});

test('a full copy is compressed on one thread and read back on the other', async (t) => {
  const threads = createThreads(t);
  const stored = await growingFile(t);
  const reading = threads.readBack(stored);
  let sizeBytes = 0;
  const write = (bytes: Uint8Array): void => {
    sizeBytes += fs.writeSync(stored.descriptor, bytes);
    raiseAvailableBytes(stored.available, sizeBytes);
  };
  const written = await threads.compress(await wholeFile(t, before), 3, write);
  endAvailableBytes(stored.available, sizeBytes);
  t.deepEqual(written, createHash('sha256').update(before).digest());
  t.deepEqual(await reading, written);
});

test('a job that waits behind another one is withdrawn at once, and one behind it is done', async (t) => {
  const threads = createThreads(t);
  const { descriptor, sizeBytes } = await wholeFile(t, after);
  const unwritten = { descriptor, sizeBytes, available: createAvailableBytes() };
  const result = await wholeFile(t, before);
  const make = (basis: SharedFile, signal?: AbortSignal) =>
    threads.make({ basis, result }, OPTIONS, () => {}, signal);
  const first = make(unwritten);
  const withdrawing = new AbortController();
  const second = make(unwritten, withdrawing.signal);
  const third = deltaOf(t, threads);
  withdrawing.abort(new Error('not wanted'));
  await t.throwsAsync(second, { message: 'not wanted' });
  giveUpAvailableBytes(unwritten.available);
  await t.throwsAsync(first, { instanceOf: CorruptError });
  t.not((await third).length, 0);
});

test('threads that are ended while a job waits for its basis fail it, and all that follow', async (t) => {
  const threads = createThreads(t);
  const { descriptor, sizeBytes } = await wholeFile(t, after);
  const unwritten = { descriptor, sizeBytes, available: createAvailableBytes() };
  const result = await wholeFile(t, before);
  const make = () => threads.make({ basis: unwritten, result }, OPTIONS, () => {});
  const running = make();
  const waiting = make();
  const ended = { message: /delta thread ended before its job/ };
  await Promise.all([
    t.throwsAsync(running, ended),
    t.throwsAsync(waiting, ended),
    threads.close(),
  ]);
  await t.throwsAsync(make(), { message: /has been closed/ });
});
