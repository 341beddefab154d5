// Reads, on another thread, a file that this process has open. The file may still be written: a read of
// bytes that are not there yet waits for them.
import * as fs from 'node:fs';
import { CorruptError } from '../../errors.js';
import { type AvailableBytes, awaitMore } from '../threads/available-bytes.js';
import type { ByteReader } from './byte-reader.js';

/** A file that threads pass to each other. A descriptor belongs to the whole process. */
export interface SharedFile {
  readonly descriptor: number;
  readonly sizeBytes: number;
  /** How many bytes can be read so far; null for a file that is complete. */
  readonly available: AvailableBytes | null;
}

/** A file whose size is known only when its writer has finished. */
export interface GrowingFile {
  readonly descriptor: number;
  readonly available: AvailableBytes;
}

const CHUNK_BYTES = 1 << 20;

/**
 * All bytes of a file, as its writer adds them. A chunk is valid until the next one is asked for. Blocks,
 * so it must not be used on the main thread.
 * @throws CorruptError where the file is shorter than its writer said, or the writer gave up
 */
export function* readGrowing(file: GrowingFile): Generator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ;) {
    const present = awaitMore(file.available, position);
    if (present.isAll && position >= present.count) return;
    const wanted = Math.min(buffer.length, present.count - position);
    const count = fs.readSync(file.descriptor, buffer, 0, wanted, position);
    if (count === 0) throw endsEarly(position, present.count);
    position += count;
    yield buffer.subarray(0, count);
  }
}

function endsEarly(position: number, sizeBytes: number): CorruptError {
  return new CorruptError(
    `file ends at byte ${position}, before its recorded size of ${sizeBytes}`,
  );
}

/** Blocks, so it must not be used on the main thread. */
export class SharedFileReader implements ByteReader {
  readonly #file: SharedFile;

  constructor(file: SharedFile) {
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /** @throws CorruptError where the file ends before its size, or the writer gave up */
  read(into: Uint8Array, position: number): number {
    const wanted = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    this.#await(position + wanted);
    for (let done = 0; done < wanted;) {
      const at = position + done;
      const count = fs.readSync(this.#file.descriptor, into, done, wanted - done, at);
      if (count === 0) throw endsEarly(at, this.sizeBytes);
      done += count;
    }
    return wanted;
  }

  #await(count: number): void {
    if (this.#file.available !== null && count > 0) awaitMore(this.#file.available, count - 1);
  }
}
