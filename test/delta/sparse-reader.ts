// A source of any size, zeros except for a few islands: offsets beyond 4 GiB without that many bytes.
import type { ByteReader } from '../../src/system/files/byte-reader.js';

export interface Island {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export class SparseReader implements ByteReader {
  readonly sizeBytes: number;
  readonly #islands: readonly Island[];

  constructor(sizeBytes: number, islands: readonly Island[]) {
    this.sizeBytes = sizeBytes;
    this.#islands = islands;
  }

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    into.fill(0, 0, count);
    for (const { at, bytes } of this.#islands) {
      const from = Math.max(at, position);
      const end = Math.min(at + bytes.length, position + count);
      if (from < end) into.set(bytes.subarray(from - at, end - at), from - position);
    }
    return count;
  }
}
