// Two readers as one. The second begins at a fixed position, which may lie beyond the end of the first.
import type { ByteReader } from './byte-reader.js';

/** The second begins at `secondAt`, at or after the end of the first. Zeros fill the gap. */
export class JoinedReader implements ByteReader {
  readonly sizeBytes: number;
  readonly #first: ByteReader;
  readonly #secondAt: number;
  readonly #second: ByteReader;

  constructor(first: ByteReader, secondAt: number, second: ByteReader) {
    this.#first = first;
    this.#secondAt = secondAt;
    this.#second = second;
    this.sizeBytes = secondAt + second.sizeBytes;
  }

  read(into: Uint8Array, position: number): number {
    const beforeSecond = this.#secondAt - position;
    if (beforeSecond <= 0) return this.#second.read(into, -beforeSecond);
    const early = into.subarray(0, beforeSecond);
    const there = Math.max(0, this.#first.sizeBytes - position);
    if (there > 0) this.#first.read(early, position);
    early.fill(0, there);
    return early.length + this.#second.read(into.subarray(early.length), 0);
  }
}
