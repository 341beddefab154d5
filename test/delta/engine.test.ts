import test from 'ava';
import { DEFAULT_INDEX_BYTES, diff } from '../../src/delta/diff.js';
import { SOURCE, withEngine } from '../../src/delta/engine.js';
import { STEP } from '../../src/delta/engine-exports.js';
import { DEFAULT_WINDOW_BYTES } from '../../src/delta/gather.js';
import type { ByteReader } from '../../src/system/byte-reader.js';
import { randomBytesOf } from './random-bytes.js';
import { diffBuffers, patchBuffer } from './run-delta.js';
import { SparseReader } from './sparse-reader.js';

const MIB = 1024 * 1024;
const MEMORY_MOST = 64 * MIB;

/** Repeats some bytes, each time slightly changed: no two stretches are equal. */
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
    exports.diffOpen(80 * MIB, 8 * MIB, DEFAULT_INDEX_BYTES);
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

test('an error of a reader ends the job as it is, and the next job works', async (t) => {
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
  t.true((await patchBuffer(bytes, delta)).equals(bytes));
});

test('a reader that returns too little is an error and no silent zeros', async (t) => {
  const short: ByteReader = { sizeBytes: 1000, read: () => 10 };
  await t.throwsAsync(
    diff(short, short, () => {}),
    { message: 'read 10 bytes instead of 1000 at byte 0 of a source' },
  );
});
