// Random numbers that are the same on every machine for the same seed: SHA-256 over the seed and a
// counter. Slow for bulk data and quite good enough for choosing keys and values.
import { createHash } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

export class SeededRandom {
  readonly #seed: string;
  #counter = 0;
  #block: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(seed: string | number) {
    this.#seed = String(seed);
  }

  /** `length` bytes. */
  bytes(length: number): Buffer {
    const out = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      this.#refill();
      const part = this.#block.copy(out, filled, this.#offset);
      this.#offset += part;
      filled += part;
    }
    return out;
  }

  /** An integer from 0 to `limit` - 1; `limit` is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.bytes(4).readUInt32LE(0) / 2 ** 32) * limit);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `percent` of a hundred calls. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) {
      throw new Error('nothing to pick from');
    }
    return item;
  }

  /** A lower case word of `length` letters. */
  word(length: number): string {
    let word = '';
    for (const byte of this.bytes(length)) {
      word += LETTERS.charAt(byte % LETTERS.length);
    }
    return word;
  }

  /** `length` lower case hexadecimal digits. */
  hex(length: number): string {
    return this.bytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  }

  #refill(): void {
    if (this.#offset === this.#block.length) {
      this.#block = createHash('sha256').update(`${this.#seed}/${this.#counter}`).digest();
      this.#counter += 1;
      this.#offset = 0;
    }
  }
}
