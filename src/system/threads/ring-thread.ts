// A thread that takes bytes in order through a ring of chunks, while the main thread goes on reading and
// writing. Its worker file says what it does with the bytes (digest-thread-worker.ts and others).
import { Worker } from 'node:worker_threads';
import { ChunkRing, RING_CHUNKS, type SharedRing, createSharedRing } from './chunk-ring.js';

/** What a worker gets when it starts. */
export interface RingWorkerData {
  readonly ring: SharedRing;
  /** Memory for what the thread and its owner exchange besides the ring. */
  readonly shared: SharedArrayBuffer;
}

/**
 * Runs from its creation until `close`.
 * @typeParam Answer the messages that the worker posts
 */
export class RingThread<Answer = never> {
  readonly #worker: Worker;
  readonly #ring: ChunkRing;
  /** How many chunks have been handed over. */
  #chunks = 0;
  #failure: Error | null = null;
  #onFailure: ((error: Error) => void) | null = null;

  /** @param shared memory that the worker gets besides the ring */
  constructor(worker: URL, shared: SharedArrayBuffer) {
    const ring = createSharedRing();
    this.#ring = new ChunkRing(ring);
    const workerData: RingWorkerData = { ring, shared };
    this.#worker = new Worker(worker, { workerData });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('a thread ended before its work was done')));
  }

  /** Memory for the next bytes. @throws the error that ended the thread */
  async room(): Promise<Uint8Array> {
    await this.#awaitRoom();
    return this.#ring.chunk(this.#chunks);
  }

  /** Hands over the first `count` bytes of the memory that `room` last gave. */
  add(count: number): void {
    this.#chunks += 1;
    this.#ring.handOver(count);
  }

  /** Hands over an order below 0. It is carried out after all earlier orders. */
  async order(order: number): Promise<void> {
    await this.#awaitRoom();
    this.#ring.handOver(order);
  }

  /** Settles when all orders have been carried out. @throws the error that ended the thread */
  async settle(): Promise<void> {
    await this.#awaitPending(0);
  }

  /** The next message that the worker posts. @throws the error that ended the thread */
  nextAnswer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      this.#onFailure = reject;
      this.#worker.once('message', resolve);
    });
  }

  /** Hands each message of the worker to `take`, as it comes. */
  listen(take: (answer: Answer) => void): void {
    this.#worker.on('message', take);
  }

  /** Ends the thread at once. Promises that still wait for it are rejected. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #awaitRoom(): Promise<void> {
    return this.#awaitPending(RING_CHUNKS - 1);
  }

  /** Settles when at most `most` orders are left to be carried out. */
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
