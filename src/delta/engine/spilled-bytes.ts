// Bytes that the engine makes and reads back: in memory while they are few, then in a temporary file.
// Whoever creates them closes them, also after a failure.
import { CorruptError } from '../../errors.js';
import type { ByteReader } from '../../system/files/byte-reader.js';
import { type HandedFile, TemporaryFile } from '../../system/files/temporary/temporary-file.js';
import type { ByteStore } from './engine.js';

export const IN_MEMORY_MOST = 4 * 1024 * 1024;
const CHUNK_BYTES = 128 * 1024;

/** Spilled bytes on their way to another thread. */
export type HandedBytes = HandedFile | Uint8Array;

export class SpilledBytes implements ByteReader, ByteStore {
  readonly #inMemoryMost: number;
  readonly #most: number;
  /** All bytes, in chunks of one size; the last one is partly filled. Empty once the file has them. */
  #memory: Buffer[] = [];
  #sizeBytes = 0;
  #file: TemporaryFile | undefined;

  /** @param most how many bytes there may be in all; `append` throws a CorruptError for more */
  constructor(inMemoryMost = IN_MEMORY_MOST, most = Infinity) {
    this.#inMemoryMost = inMemoryMost;
    this.#most = most;
  }

  /** Takes over what `handOver` returned on another thread. */
  static takeOver(handed: HandedBytes): SpilledBytes {
    const bytes = new SpilledBytes();
    if (handed instanceof Uint8Array) {
      bytes.append(handed);
    } else {
      bytes.#file = new TemporaryFile(handed);
      bytes.#sizeBytes = handed.sizeBytes;
    }
    return bytes;
  }

  /** Hands the bytes to another thread, which closes them. They must not be used here afterwards. */
  handOver(): HandedBytes {
    if (this.#file !== undefined) return this.#file.handOver();
    const bytes = new Uint8Array(this.#sizeBytes);
    this.read(bytes, 0);
    return bytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isSpilled(): boolean {
    return this.#file !== undefined;
  }

  append(bytes: Uint8Array): void {
    if (this.#sizeBytes + bytes.length > this.#most) {
      throw new CorruptError(`it takes more than ${this.#most} bytes to put together`);
    }
    if (this.#file === undefined && this.#sizeBytes + bytes.length > this.#inMemoryMost) {
      this.#spill();
    }
    if (this.#file === undefined) this.#keep(bytes);
    else this.#file.append(bytes);
    this.#sizeBytes += bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    if (this.#file !== undefined) return this.#file.read(into, position);
    const wanted = Math.max(0, Math.min(into.length, this.#sizeBytes - position));
    for (let done = 0; done < wanted;) {
      const offset = (position + done) % CHUNK_BYTES;
      const piece = this.#chunkAt(position + done).subarray(offset, offset + wanted - done);
      into.set(piece, done);
      done += piece.length;
    }
    return wanted;
  }

  /** The bytes from first to last. A chunk that was handed out does not change. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let position = 0; position < this.#sizeBytes;) {
      const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, this.#sizeBytes - position));
      this.read(chunk, position);
      position += chunk.length;
      yield chunk;
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#memory = [];
    this.#sizeBytes = 0;
  }

  #keep(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const position = this.#sizeBytes + done;
      const offset = position % CHUNK_BYTES;
      if (offset === 0) this.#memory.push(Buffer.allocUnsafeSlow(CHUNK_BYTES));
      const piece = bytes.subarray(done, done + CHUNK_BYTES - offset);
      this.#chunkAt(position).set(piece, offset);
      done += piece.length;
    }
  }

  #spill(): void {
    const file = new TemporaryFile();
    this.#file = file;
    for (const [index, chunk] of this.#memory.entries()) {
      file.append(chunk.subarray(0, this.#sizeBytes - index * CHUNK_BYTES));
    }
    this.#memory = [];
  }

  #chunkAt(position: number): Buffer {
    return this.#memory[Math.floor(position / CHUNK_BYTES)] as Buffer;
  }
}
