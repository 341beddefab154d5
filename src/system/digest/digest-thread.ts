// SHA-256 on a thread of its own, while the main thread goes on reading and writing. On two cores, copying
// and digesting together take only as long as the slower of the two.
import { RingThread } from '../threads/ring-thread.js';
import { DIGEST_ORDER } from './digest-order.js';
import type { DigestStream } from './digest-stream.js';

const DIGEST_BYTES = 32;

/** Runs from its creation until `close`, and makes one digest at a time. */
export class DigestThread {
  /** The digest that was last asked for. */
  readonly #digest = new SharedArrayBuffer(DIGEST_BYTES);
  readonly #thread = new RingThread(
    new URL('digest-thread-worker.js', import.meta.url),
    this.#digest,
  );

  /** Begins a new digest. The one before must not be used afterwards. */
  async begin(): Promise<DigestStream> {
    await this.#thread.order(DIGEST_ORDER.restart);
    return {
      room: async () => this.#thread.room(),
      add: (count) => this.#thread.add(count),
      soFar: async () => this.#digestSoFar(),
      finish: async () => this.#digestSoFar(),
    };
  }

  /** Ends the thread at once. Promises that still wait for it are rejected. */
  async close(): Promise<void> {
    await this.#thread.close();
  }

  async #digestSoFar(): Promise<Buffer> {
    await this.#thread.order(DIGEST_ORDER.soFar);
    await this.#thread.settle();
    return Buffer.from(new Uint8Array(this.#digest));
  }
}
