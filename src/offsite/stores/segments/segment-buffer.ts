// Keeps the ciphertext of one segment until the store has confirmed it, so that it can be sent again: up to 64 MiB
// in memory, more in a file without a name that only this user could open. A process that dies leaves nothing.
import { type Hash, createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { type BytePath, pathFromText } from '../../../system/files/byte-path.js';
import type { FileDescriptor, FileSystem } from '../../../system/files/file-system.js';
import { openUnnamedFile } from '../../../system/files/temporary/temporary-file.js';

const MOST_IN_MEMORY_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1 << 20;

export interface Spool {
  readonly fileSystem: FileSystem;
  /** Null for the folder for temporary files. */
  readonly folder: BytePath | null;
}

export class SegmentBuffer {
  readonly #spool: Spool;
  readonly #md5 = createHash('md5');
  /** S3 wants it in the signature of a request. */
  readonly #sha256: Hash | null;
  #chunks: Uint8Array[] = [];
  #file: FileDescriptor | null = null;
  #sizeBytes = 0;

  constructor(spool: Spool, needsSha256: boolean) {
    this.#spool = spool;
    this.#sha256 = needsSha256 ? createHash('sha256') : null;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Keeps the chunk itself, not a copy. @throws SystemError where the file cannot be written */
  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#md5.update(chunk);
    this.#sha256?.update(chunk);
    if (this.#file === null && this.#sizeBytes + chunk.length > MOST_IN_MEMORY_BYTES) this.#spill();
    if (this.#file === null) this.#chunks.push(chunk);
    else this.#spool.fileSystem.write(this.#file, chunk, this.#sizeBytes);
    this.#sizeBytes += chunk.length;
  }

  /** Of all bytes, in hexadecimal. Nothing can be appended afterwards. */
  end(): { readonly md5: string; readonly sha256: string | null } {
    return { md5: this.#md5.digest('hex'), sha256: this.#sha256?.digest('hex') ?? null };
  }

  /** All bytes, as often as they are asked for. A chunk is valid until the next one is asked for. */
  *chunks(): Generator<Uint8Array, void, undefined> {
    if (this.#file === null) {
      yield* this.#chunks;
      return;
    }
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    for (let position = 0; position < this.#sizeBytes;) {
      const count = this.#spool.fileSystem.read(this.#file, buffer, position);
      if (count === 0) throw new Error('a spooled segment has lost its end');
      yield buffer.subarray(0, count);
      position += count;
    }
  }

  /** Frees the memory, or the file. */
  release(): void {
    this.#chunks = [];
    if (this.#file !== null) this.#spool.fileSystem.close(this.#file);
    this.#file = null;
  }

  #spill(): void {
    const { fileSystem, folder } = this.#spool;
    this.#file = openUnnamedFile(fileSystem, folder ?? pathFromText(tmpdir()));
    let position = 0;
    for (const chunk of this.#chunks) {
      fileSystem.write(this.#file, chunk, position);
      position += chunk.length;
    }
    this.#chunks = [];
  }
}
