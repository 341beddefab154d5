// Bytes on their way from a producer that pushes to a consumer that pulls. What waits in between has a bound, as long as the
// producer awaits `room` before it makes more.

/** One producer and one consumer. The chunks belong to the channel once they are put in. */
export class ByteChannel implements AsyncIterable<Uint8Array> {
  readonly #mostBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #state: 'open' | 'ended' | 'failed' | 'cancelled' = 'open';
  #failure: unknown = null;
  /** Wakes the side that waits; at most one of the two does. */
  #wake: (() => void) | null = null;

  /** @param mostBytes from this many waiting bytes on, there is no room */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Settles when the consumer has taken enough. @throws ChannelCancelled where nobody takes anything any more */
  async room(): Promise<void> {
    while (this.#state === 'open' && this.#waitingBytes >= this.#mostBytes) await this.#change();
    if (this.#state === 'cancelled') throw new ChannelCancelled();
  }

  /** Adds a chunk, whether there is room or not. After the end of the consumer it is dropped. */
  put(chunk: Uint8Array): void {
    if (this.#state !== 'open' || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#notify();
  }

  /** Says that all is put in. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#notify();
  }

  /** Says that no more comes: the consumer gets the error, after what waits. */
  fail(error: unknown): void {
    if (this.#state === 'open') {
      this.#state = 'failed';
      this.#failure = error;
    }
    this.#notify();
  }

  /** Says that the consumer takes no more. */
  cancel(): void {
    this.#state = 'cancelled';
    this.#chunks.length = 0;
    this.#notify();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.length;
        this.#notify();
        yield chunk;
      } else if (this.#state === 'open') await this.#change();
      else if (this.#state === 'failed') throw this.#failure;
      else return;
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

/** Tells a producer to stop. It is no failure, and nobody is told of it. */
export class ChannelCancelled extends Error {
  constructor() {
    super('nobody takes the bytes any more');
    this.name = 'ChannelCancelled';
  }
}
