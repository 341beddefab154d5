// Bytes that the engine makes and reads back: in memory while they are few, in a temporary file from
// then on. Who creates one closes it, on failure too.
import type { ByteReader } from '../system/byte-reader.js';
import { TemporaryFile } from '../system/temporary-file.js';
import type { ByteStore } from './engine.js';

const IN_MEMORY_MOST = 4 * 1024 * 1024;
const CHUNK_BYTES = 128 * 1024;

export class SpilledBytes implements ByteReader, ByteStore {
  readonly #inMemoryMost: number;
  #memory = Buffer.alloc(0);
  #sizeBytes = 0;
  #file: TemporaryFile | undefined;

  constructor(inMemoryMost = IN_MEMORY_MOST) {
    this.#inMemoryMost = inMemoryMost;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isSpilled(): boolean {
    return this.#file !== undefined;
  }

  append(bytes: Uint8Array): void {
    const sizeBytes = this.#sizeBytes + bytes.length;
    if (this.#file === undefined && sizeBytes > this.#inMemoryMost) {
      this.#file = new TemporaryFile();
      this.#file.append(this.#memory.subarray(0, this.#sizeBytes));
      this.#memory = Buffer.alloc(0);
    }
    if (this.#file !== undefined) {
      this.#file.append(bytes);
    } else {
      if (sizeBytes > this.#memory.length) this.#grow(sizeBytes);
      this.#memory.set(bytes, this.#sizeBytes);
    }
    this.#sizeBytes = sizeBytes;
  }

  read(into: Uint8Array, position: number): number {
    if (this.#file !== undefined) return this.#file.read(into, position);
    const end = Math.min(position + into.length, this.#sizeBytes);
    const piece = this.#memory.subarray(position, end);
    into.set(piece);
    return piece.length;
  }

  /** The bytes from the first to the last, in chunks that stay as they are. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let position = 0; position < this.#sizeBytes;) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, this.#sizeBytes - position));
      this.read(chunk, position);
      position += chunk.length;
      yield chunk;
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#memory = Buffer.alloc(0);
    this.#sizeBytes = 0;
  }

  #grow(sizeBytes: number): void {
    const larger = Buffer.alloc(Math.max(sizeBytes, this.#memory.length * 2, 4096));
    larger.set(this.#memory.subarray(0, this.#sizeBytes));
    this.#memory = larger;
  }
}
