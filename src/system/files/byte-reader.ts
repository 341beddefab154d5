// Random access to bytes that do not change while they are read. The delta engine reads from these.
import { CorruptError } from '../../errors.js';
import type { FileDescriptor, FileSystem } from './file-system.js';

/** Immutable bytes with random access. */
export interface ByteReader {
  /** Exact up to 2^53. */
  readonly sizeBytes: number;
  /** Fills `into` from `position` on. Returns how many bytes were read: fewer only at the end. */
  read(into: Uint8Array, position: number): number;
}

/** The first `sizeBytes` bytes of an open file, which may grow. The caller closes the file. */
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
    const count = this.#fileSystem.read(this.#file, into.subarray(0, wanted), position);
    if (count < wanted)
      throw new CorruptError(
        `file ends at byte ${position + count}, before its recorded size of ${this.sizeBytes}`,
      );
    return count;
  }
}
