// Reading, on another thread, a file that this process has open, also one that is still being
// written: a read beyond what is there yet waits until it is.
import * as fs from 'node:fs';
import { CorruptError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';

/** A file as threads pass it around; descriptors belong to the whole process. */
export interface SharedFile {
  readonly descriptor: number;
  readonly sizeBytes: number;
  /** How many bytes can be read by now, for a file that is being written; null where all can. */
  readonly available: AvailableBytes | null;
}

/** One BigInt64 on shared memory: a count of bytes that only grows, or -1 once it was given up. */
export type AvailableBytes = SharedArrayBuffer;

const GIVEN_UP = -1n;

export function createAvailableBytes(): AvailableBytes {
  return new SharedArrayBuffer(8);
}

/** Tells readers that the first `count` bytes can be read. */
export function raiseAvailableBytes(available: AvailableBytes, count: number): void {
  const cell = new BigInt64Array(available);
  if (Atomics.load(cell, 0) === GIVEN_UP) return;
  Atomics.store(cell, 0, BigInt(count));
  Atomics.notify(cell, 0);
}

/** Makes every reader that waits, or will wait, end with an error. */
export function giveUpAvailableBytes(available: AvailableBytes): void {
  const cell = new BigInt64Array(available);
  Atomics.store(cell, 0, GIVEN_UP);
  Atomics.notify(cell, 0);
}

/** Must not be used on the main thread, which may not block. */
export class SharedFileReader implements ByteReader {
  readonly #file: SharedFile;

  constructor(file: SharedFile) {
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /**
   * @throws CorruptError where the file ends before its size, or its writer gave up
   */
  read(into: Uint8Array, position: number): number {
    const wanted = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    this.#await(position + wanted);
    for (let done = 0; done < wanted;) {
      const at = position + done;
      const count = fs.readSync(this.#file.descriptor, into, done, wanted - done, at);
      if (count === 0) {
        throw new CorruptError(
          `file ends at byte ${at}, before its recorded size of ${this.sizeBytes}`,
        );
      }
      done += count;
    }
    return wanted;
  }

  #await(count: number): void {
    if (this.#file.available === null) return;
    const cell = new BigInt64Array(this.#file.available);
    for (;;) {
      const present = Atomics.load(cell, 0);
      if (present === GIVEN_UP)
        throw new CorruptError('the file was given up while it was written');
      if (present >= BigInt(count)) return;
      Atomics.wait(cell, 0, present);
    }
  }
}
