// A limit on how many bytes pass in a second, on average.
export interface RateLimitOptions {
  readonly bytesPerSecond: number;
  readonly monotonicMs: () => number;
  /** Waits; ends early, with an error, when the run is to end. */
  readonly pause: (durationMs: number) => Promise<void>;
}

/** How much may pass at once: what fits in this time. A longer silence would look like a cut connection. */
const PORTION_MS = 250;
/** A shorter wait is put off: timers are not that exact. */
const SHORTEST_WAIT_MS = 5;

export class RateLimit {
  readonly #options: RateLimitOptions;
  /** When the bytes that have passed are paid for. */
  #paidAtMs = 0;

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** Cuts bytes into portions that may pass at once. */
  *portions(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
    const most = Math.max(1, Math.floor((this.#options.bytesPerSecond * PORTION_MS) / 1000));
    for (let start = 0; start < bytes.length; start += most) {
      yield bytes.subarray(start, start + most);
    }
  }

  /** Waits until so many bytes may pass. */
  async pass(byteCount: number): Promise<void> {
    const { bytesPerSecond, monotonicMs, pause } = this.#options;
    const nowMs = monotonicMs();
    const paidAtMs = Math.max(this.#paidAtMs, nowMs);
    this.#paidAtMs = paidAtMs + (byteCount / bytesPerSecond) * 1000;
    if (paidAtMs - nowMs >= SHORTEST_WAIT_MS) await pause(paidAtMs - nowMs);
  }

  /** The same bytes, no faster than the limit. */
  async *slow(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      for (const portion of this.portions(chunk)) {
        await this.pass(portion.length);
        yield portion;
      }
    }
  }
}
