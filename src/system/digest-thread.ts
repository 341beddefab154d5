// SHA-256 on a thread of its own, so that the main thread can go on reading and writing meanwhile: on
// two cores a copy that is digested then takes as long as the digest alone, or as the copy alone.
import { Worker } from 'node:worker_threads';
import { DigestRing, ORDER, RING_CHUNKS, createSharedRing } from './digest-ring.js';
import type { DigestStream } from './digest-stream.js';

/** Runs from its creation until `close`; one digest at a time. */
export class DigestThread {
  readonly #worker: Worker;
  readonly #ring: DigestRing;
  /** How many chunks have been handed over. */
  #chunks = 0;
  #failure: Error | null = null;

  constructor() {
    const shared = createSharedRing();
    this.#ring = new DigestRing(shared);
    this.#worker = new Worker(new URL('digest-thread-worker.js', import.meta.url), {
      workerData: shared,
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the digest thread ended before its work')));
  }

  /** Begins a new digest; the one before must not be used any more. */
  async begin(): Promise<DigestStream> {
    await this.#awaitRoom();
    this.#ring.handOver(ORDER.restart);
    return {
      room: async () => {
        await this.#awaitRoom();
        return this.#ring.chunk(this.#chunks);
      },
      add: (count) => {
        this.#chunks += 1;
        this.#ring.handOver(count);
      },
      soFar: () => this.#digest(),
      finish: () => this.#digest(),
    };
  }

  /** Ends the thread, whatever it is doing; what is still waited for fails. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #digest(): Promise<Buffer> {
    await this.#awaitRoom();
    this.#ring.handOver(ORDER.soFar);
    await this.#awaitPending(0);
    return Buffer.from(this.#ring.digest);
  }

  #awaitRoom(): Promise<void> {
    return this.#awaitPending(RING_CHUNKS - 1);
  }

  /** Settles when no more than `most` orders are left to be carried out. */
  async #awaitPending(most: number): Promise<void> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const { carriedOut, handedOver } = this.#ring;
      if (handedOver - carriedOut <= most) return;
      await this.#ring.nextCarriedOut(carriedOut);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#ring.wake();
  }
}
