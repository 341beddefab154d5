// Bytes in memory as a ByteReader, for tests of the delta engine.
import type { ByteReader } from '../../../src/system/files/byte-reader.js';

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
