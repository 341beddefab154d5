// A thread that takes bytes in order through a ring of chunks, so that the main thread can go on reading
// and writing meanwhile. What it makes of them its worker says (digest-thread-worker.ts and others).
import { Worker } from 'node:worker_threads';
import { ChunkRing, RING_CHUNKS, type SharedRing, createSharedRing } from './chunk-ring.js';

/** What a worker is given when it starts. */
export interface RingWorkerData {
  readonly ring: SharedRing;
  /** Memory for what the thread and its owner have to tell one another besides. */
  readonly shared: SharedArrayBuffer;
}

/**
 * Runs from its creation until `close`.
 * @typeParam Answer what the worker posts
 */
export class RingThread<Answer = never> {
  readonly #worker: Worker;
  readonly #ring: ChunkRing;
  /** How many chunks have been handed over. */
  #chunks = 0;
  #failure: Error | null = null;
  #onFailure: ((error: Error) => void) | null = null;

  /** @param shared what the worker is given besides the ring */
  constructor(worker: URL, shared: SharedArrayBuffer) {
    const ring = createSharedRing();
    this.#ring = new ChunkRing(ring);
    const workerData: RingWorkerData = { ring, shared };
    this.#worker = new Worker(worker, { workerData });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread ended before its work')));
  }

  /** Memory for the next bytes. @throws what ended the thread */
  async room(): Promise<Uint8Array> {
    await this.#awaitRoom();
    return this.#ring.chunk(this.#chunks);
  }

  /** Hands over the first `count` bytes of the memory that `room` gave last. */
  add(count: number): void {
    this.#chunks += 1;
    this.#ring.handOver(count);
  }

  /** Gives an order, below 0, which is carried out after all that came before. */
  async order(order: number): Promise<void> {
    await this.#awaitRoom();
    this.#ring.handOver(order);
  }

  /** Settles when all orders have been carried out. @throws what ended the thread */
  async settle(): Promise<void> {
    await this.#awaitPending(0);
  }

  /** The next thing that the worker posts. @throws what ended the thread */
  nextAnswer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      this.#onFailure = reject;
      this.#worker.once('message', resolve);
    });
  }

  /** Ends the thread, whatever it is doing; what is still waited for fails. */
  async close(): Promise<void> {
    await this.#worker.terminate();
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
    this.#onFailure?.(error);
    this.#ring.wake();
  }
}
