// Random numbers for bulk data. The same seed gives the same numbers on every machine. They are fast enough for
// millions of keys. Each key has a stream of its own, so that its value need not be remembered.

/** Every pair of bytes as four lower case hexadecimal digits. */
const HEX = Array.from({ length: 0x1_0000 }, (_, value) => value.toString(16).padStart(4, '0'));

/** xoshiro128** 1.1 (Blackman and Vigna), its state filled by a splitmix-like mixer. */
export class FastRandom {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  constructor(seed: number, stream = 0, revision = 0) {
    this.reseed(seed, stream, revision);
  }

  /** Starts the stream of these three 32-bit numbers. */
  reseed(seed: number, stream: number, revision: number): void {
    // The first number depends on #b alone, which is therefore filled last.
    this.#c = mix(seed + 0x9e3779b9);
    this.#d = mix(this.#c + stream);
    this.#a = mix(this.#d + revision);
    this.#b = mix(this.#a + 0x9e3779b9) | 1;
  }

  /** 32 random bits. */
  next(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** An integer from 0 to `limit` - 1; `limit` is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** `length` lower case hexadecimal digits. */
  hex(length: number): string {
    let digits = '';
    while (digits.length < length) {
      const bits = this.next();
      digits += HEX[bits & 0xffff];
      digits += HEX[bits >>> 16];
    }
    return digits.length === length ? digits : digits.slice(0, length);
  }
}

/** The finalizer of MurmurHash3: each bit of the number moves half of the result's. */
function mix(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
