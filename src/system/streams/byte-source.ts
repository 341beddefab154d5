// Exact counts of bytes out of chunks of any size. Nothing is read ahead further than the chunk that is needed.

export class ByteSource {
  readonly #iterator: AsyncIterator<Uint8Array>;
  /** What was read from the chunks and not taken yet. */
  #rest: Uint8Array = new Uint8Array(0);
  #isEnded = false;

  /** @param chunks each may be kept: none is written over when the next one comes */
  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#iterator = iteratorOf(chunks);
  }

  /** The next `count` bytes: fewer only at the end. They may be kept until the next call. */
  async take(count: number): Promise<Uint8Array> {
    if (this.#rest.length < count) await this.#gather(count);
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** The same without taking them. */
  async peek(count: number): Promise<Uint8Array> {
    if (this.#rest.length < count) await this.#gather(count);
    return this.#rest.subarray(0, count);
  }

  /** Some of the next bytes, at most `most`, as they come; empty only at the end. */
  async takeSome(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0 && !this.#isEnded) await this.#readChunk();
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** All that is left, as chunks. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const bytes = await this.takeSome(Number.MAX_SAFE_INTEGER);
        if (bytes.length === 0) return;
        yield bytes;
      }
    } finally {
      await this.close();
    }
  }

  /** Ends the chunks, of which no more is needed. */
  async close(): Promise<void> {
    this.#isEnded = true;
    await this.#iterator.return?.();
  }

  async #gather(count: number): Promise<void> {
    const pieces = [this.#rest];
    let length = this.#rest.length;
    while (length < count && !this.#isEnded) {
      await this.#readChunk();
      pieces.push(this.#rest);
      length += this.#rest.length;
    }
    this.#rest = pieces.length === 1 ? this.#rest : Buffer.concat(pieces, length);
  }

  async #readChunk(): Promise<void> {
    const next = await this.#iterator.next();
    this.#rest = next.done === true ? new Uint8Array(0) : next.value;
    if (next.done === true) this.#isEnded = true;
  }
}

function iteratorOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncIterator<Uint8Array> {
  if (Symbol.asyncIterator in chunks) return chunks[Symbol.asyncIterator]();
  const iterator = chunks[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    return: async () => iterator.return?.() ?? { done: true, value: undefined },
  };
}
