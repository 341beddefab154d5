// Random access to bytes that do not change while they are read: what the delta engine reads from.
import type { FileDescriptor, FileSystem } from './file-system.js';
import { CorruptError } from '../../errors.js';

/** Immutable bytes with random access. */
export interface ByteReader {
  /** Length in bytes; exact up to 2^53. */
  readonly sizeBytes: number;
  /** Fills as much of `into` as there is from `position` on; returns the count, short only at the end. */
  read(into: Uint8Array, position: number): number;
}

export class MemoryReader implements ByteReader {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    const piece = this.#bytes.subarray(position, position + into.length);
    into.set(piece);
    return piece.length;
  }
}

/** The first `sizeBytes` bytes of an open file, whatever grows behind them. Does not own the descriptor. */
export class FileReader implements ByteReader {
  readonly sizeBytes: number;
  readonly #fileSystem: FileSystem;
  readonly #file: FileDescriptor;

  constructor(fileSystem: FileSystem, file: FileDescriptor, sizeBytes: number) {
    this.#fileSystem = fileSystem;
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  /** @throws CorruptError when the file ends before `sizeBytes`. */
  read(into: Uint8Array, position: number): number {
    const wanted = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    let done = 0;
    while (done < wanted) {
      const count = this.#fileSystem.read(this.#file, into.subarray(done, wanted), position + done);
      if (count === 0)
        throw new CorruptError(
          `file ends at byte ${position + done}, before its recorded size of ${this.sizeBytes}`,
        );
      done += count;
    }
    return done;
  }
}
