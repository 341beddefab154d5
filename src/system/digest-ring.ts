// The memory that the main thread shares with the digest thread: a ring of chunks, and for each an
// order that says what is to be done with it. The main thread hands orders over, the digest thread
// carries them out one after the other; two counters, which only grow, say how far both are.
import { DIGEST_CHUNK_BYTES } from './digest-stream.js';

/** How many chunks may be waiting: enough to bridge the time in which either thread is not running. */
export const RING_CHUNKS = 8;

const DIGEST_BYTES = 32;

/** Orders; a number from 0 on is another one: digest as many bytes of the chunk. */
export const ORDER = {
  /** Forget all bytes so far. */
  restart: -1,
  /** Put the digest of all bytes so far where both can read it. */
  soFar: -2,
} as const;

const HANDED_OVER = 0;
const CARRIED_OUT = 1;
const FIRST_ORDER = 2;

/** As a thread is given it when it starts. */
export interface SharedRing {
  readonly control: SharedArrayBuffer;
  readonly chunks: SharedArrayBuffer;
  readonly digest: SharedArrayBuffer;
}

export function createSharedRing(): SharedRing {
  return {
    control: new SharedArrayBuffer((FIRST_ORDER + RING_CHUNKS) * 4),
    chunks: new SharedArrayBuffer(RING_CHUNKS * DIGEST_CHUNK_BYTES),
    digest: new SharedArrayBuffer(DIGEST_BYTES),
  };
}

/** Either thread's view of the ring. */
export class DigestRing {
  readonly #control: Int32Array;
  readonly #chunks: SharedArrayBuffer;
  /** The last digest asked for. */
  readonly digest: Uint8Array;

  constructor(shared: SharedRing) {
    this.#control = new Int32Array(shared.control);
    this.#chunks = shared.chunks;
    this.digest = new Uint8Array(shared.digest);
  }

  get handedOver(): number {
    return Atomics.load(this.#control, HANDED_OVER);
  }

  get carriedOut(): number {
    return Atomics.load(this.#control, CARRIED_OUT);
  }

  /** The n-th chunk; orders that need none do not count. */
  chunk(n: number): Uint8Array {
    const at = (n % RING_CHUNKS) * DIGEST_CHUNK_BYTES;
    return new Uint8Array(this.#chunks, at, DIGEST_CHUNK_BYTES);
  }

  order(n: number): number {
    return Atomics.load(this.#control, FIRST_ORDER + (n % RING_CHUNKS));
  }

  /** For the main thread: gives the next order. */
  handOver(order: number): void {
    const n = this.handedOver;
    Atomics.store(this.#control, FIRST_ORDER + (n % RING_CHUNKS), order);
    Atomics.store(this.#control, HANDED_OVER, n + 1);
    Atomics.notify(this.#control, HANDED_OVER);
  }

  /** For the digest thread: says that the next order has been carried out. */
  carryOut(): void {
    Atomics.store(this.#control, CARRIED_OUT, this.carriedOut + 1);
    this.wake();
  }

  /** For the digest thread: blocks until there is an n-th order. */
  awaitOrder(n: number): void {
    while (this.handedOver <= n) Atomics.wait(this.#control, HANDED_OVER, n);
  }

  /** For the main thread, which may not block: settles at the next order carried out, or at `wake`. */
  async nextCarriedOut(seen: number): Promise<void> {
    const atomics = Atomics as unknown as AsyncAtomics;
    await atomics.waitAsync(this.#control, CARRIED_OUT, seen).value;
  }

  /** Makes whoever waits for the digest thread look again. */
  wake(): void {
    Atomics.notify(this.#control, CARRIED_OUT);
  }
}

/** In every Node.js since 16, and in the types of ES2024 only. */
interface AsyncAtomics {
  waitAsync(cells: Int32Array, index: number, value: number): { readonly value: unknown };
}
