import test from 'ava';
import { DEFAULT_INDEX_BYTES, diff } from '../../../src/delta/diff.js';
import { SOURCE, withEngine } from '../../../src/delta/engine/engine.js';
import { type FedJob, deltaInput, feedAll, runSteps } from '../../../src/delta/engine/feed.js';
import { DEFAULT_WINDOW_BYTES } from '../../../src/delta/engine/gather.js';
import type { ByteReader } from '../../../src/system/files/byte-reader.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { STEP } from '../../../src/system/wasm/step.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { createRandom, randomBytesOf } from '../random-bytes.js';
import { diffBuffers, patchBuffer } from '../run-delta.js';
import { SparseReader } from '../sparse-reader.js';

const MIB = 1024 * 1024;
const MEMORY_MOST = 64 * MIB;

/** Repeats some bytes, slightly changed each time: no two stretches are equal. */
class NoiseReader implements ByteReader {
  readonly sizeBytes: number;
  readonly #seed: number;
  readonly #noise = randomBytesOf(51, 64 * 1024);

  constructor(sizeBytes: number, seed: number) {
    this.sizeBytes = sizeBytes;
    this.#seed = seed;
  }

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    for (let i = 0; i < count; i++) {
      const at = position + i;
      into[i] = ((this.#noise[at & 0xffff] ?? 0) * (this.#seed + (at >>> 12))) >>> 3;
    }
    return count;
  }
}

test('the differ stays within 64 MiB, though the files have nothing in common', async (t) => {
  const sources = {
    [SOURCE.basis]: new NoiseReader(80 * MIB, 1),
    [SOURCE.result]: new NoiseReader(8 * MIB, 7_654_321),
  };
  await withEngine({ sources }, async ({ exports, memoryBytes }) => {
    exports.diffOpen(80 * MIB, 8 * MIB, DEFAULT_INDEX_BYTES, 0);
    do exports.takeWriterOutput();
    while (exports.diffStep() !== STEP.end);
    t.true(memoryBytes() > DEFAULT_INDEX_BYTES / 2, 'the index was made');
    t.true(memoryBytes() <= MEMORY_MOST, `${memoryBytes()} bytes`);
  });
});

test('a patch and an equal file need a few megabytes, whatever the size of the basis', async (t) => {
  const far = 2 ** 45;
  const sources = { [SOURCE.basis]: new SparseReader(far, []) };
  await withEngine({ sources }, async ({ exports, memoryBytes }) => {
    exports.patchOpen(far, far, DEFAULT_WINDOW_BYTES);
    t.true(memoryBytes() <= 16 * MIB, `${memoryBytes()} bytes`);
  });
});

/** A basis that costs nothing to read, and counts how often it is read. */
class CountingReader implements ByteReader {
  readonly sizeBytes = 858_000_000;
  readCount = 0;

  read(into: Uint8Array): number {
    this.readCount += 1;
    return into.length;
  }
}

const COPY_BYTES = 200;

/** COPYs of COPY_BYTES each. `placeOf` gives a command's place in the basis by its number. */
function* manyCopies(count: number, placeOf: (index: number) => number): Generator<Buffer> {
  yield Buffer.from('72730236', 'hex');
  const batch = 10_000;
  for (let first = 0; first < count; first += batch) {
    const bytes = Buffer.alloc(batch * 6);
    for (let index = 0; index < batch; index++) {
      bytes[6 * index] = 0x4d;
      bytes.writeUInt32BE(placeOf(first + index), 6 * index + 1);
      bytes[6 * index + 5] = COPY_BYTES;
    }
    yield bytes;
  }
  yield Buffer.of(0);
}

async function patchMemory(
  basis: ByteReader,
  delta: Iterable<Uint8Array>,
): Promise<{ readonly resultBytes: number; readonly mostBytes: number }> {
  return withEngine({ sources: { [SOURCE.basis]: basis } }, async (engine) => {
    const { exports, memoryBytes } = engine;
    exports.patchOpen(basis.sizeBytes, 2 ** 40, DEFAULT_WINDOW_BYTES);
    let resultBytes = 0;
    const job: FedJob = {
      ...deltaInput(engine),
      step: () => exports.patchStep(),
      flush: () => void (resultBytes += exports.gatherTake()),
    };
    await feedAll(engine, delta, job, uninterrupted);
    exports.patchFinish();
    await runSteps(engine, job, uninterrupted);
    return { resultBytes, mostBytes: memoryBytes() };
  });
}

test('four million COPYs from all over the basis take 128 MiB, and a read for many of them', async (t) => {
  const basis = new CountingReader();
  const random = createRandom(53);
  const delta = manyCopies(4_000_000, () => random(basis.sizeBytes - COPY_BYTES));
  const { resultBytes, mostBytes } = await patchMemory(basis, delta);
  t.is(resultBytes, 4_000_000 * COPY_BYTES);
  t.true(mostBytes <= 128 * MIB, `${mostBytes} bytes`);
  t.true(basis.readCount < 200_000, `${basis.readCount} reads`);
});

test('a million COPYs in the order of the basis take a few megabytes', async (t) => {
  const basis = new CountingReader();
  const delta = manyCopies(1_000_000, (index) => index * 800);
  const { resultBytes, mostBytes } = await patchMemory(basis, delta);
  t.is(resultBytes, 1_000_000 * COPY_BYTES);
  t.true(mostBytes <= 16 * MIB, `${mostBytes} bytes`);
});

test('the error of a reader ends the job unchanged, and the next job works', async (t) => {
  const failing: ByteReader = {
    sizeBytes: 1000,
    read: () => {
      throw new Error('the disk is gone');
    },
  };
  await t.throwsAsync(
    diff(failing, failing, () => {}),
    { message: 'the disk is gone' },
  );
  const bytes = randomBytesOf(52, 1000);
  const { delta } = await diffBuffers(bytes, bytes);
  t.is(bytesDifference(bytes, await patchBuffer(bytes, delta)), null);
});

test('a reader that returns too little is an error, not silent zeros', async (t) => {
  const short: ByteReader = { sizeBytes: 1000, read: () => 10 };
  await t.throwsAsync(
    diff(short, short, () => {}),
    { message: 'read 10 bytes instead of 1000 at byte 0 of a source' },
  );
});
