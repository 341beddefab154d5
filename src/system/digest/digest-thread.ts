// SHA-256 on a thread of its own, so that the main thread can go on reading and writing meanwhile: on
// two cores a copy that is digested then takes as long as the digest alone, or as the copy alone.
import { DIGEST_ORDER } from './digest-order.js';
import type { DigestStream } from './digest-stream.js';
import { RingThread } from '../threads/ring-thread.js';

const DIGEST_BYTES = 32;

/** Runs from its creation until `close`; one digest at a time. */
export class DigestThread {
  /** The last digest asked for. */
  readonly #digest = new SharedArrayBuffer(DIGEST_BYTES);
  readonly #thread = new RingThread(
    new URL('digest-thread-worker.js', import.meta.url),
    this.#digest,
  );

  /** Begins a new digest; the one before must not be used any more. */
  async begin(): Promise<DigestStream> {
    await this.#thread.order(DIGEST_ORDER.restart);
    return {
      room: async () => this.#thread.room(),
      add: (count) => this.#thread.add(count),
      soFar: async () => this.#digestSoFar(),
      finish: async () => this.#digestSoFar(),
    };
  }

  /** Ends the thread, whatever it is doing; what is still waited for fails. */
  async close(): Promise<void> {
    await this.#thread.close();
  }

  async #digestSoFar(): Promise<Buffer> {
    await this.#thread.order(DIGEST_ORDER.soFar);
    await this.#thread.settle();
    return Buffer.from(new Uint8Array(this.#digest));
  }
}
