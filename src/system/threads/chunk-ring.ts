// The memory that the main thread shares with a thread that takes bytes from it: a ring of chunks, and
// orders that say what is to be done. The main thread hands orders over, the other one carries them out
// one after the other; two counters, which only grow, say how far both are.

/** What is handed over at once: long enough that the handing over costs next to nothing. */
export const CHUNK_BYTES = 1 << 20;

/** How many chunks may be waiting: enough to bridge the time in which either thread is not running. */
export const RING_CHUNKS = 8;

const HANDED_OVER = 0;
const CARRIED_OUT = 1;
const FIRST_ORDER = 2;

/** As a thread is given it when it starts. */
export interface SharedRing {
  readonly control: SharedArrayBuffer;
  readonly chunks: SharedArrayBuffer;
}

export function createSharedRing(): SharedRing {
  return {
    control: new SharedArrayBuffer((FIRST_ORDER + RING_CHUNKS) * 4),
    chunks: new SharedArrayBuffer(RING_CHUNKS * CHUNK_BYTES),
  };
}

/** Either thread's view of the ring. */
export class ChunkRing {
  readonly #control: Int32Array;
  readonly #chunks: SharedArrayBuffer;

  constructor(shared: SharedRing) {
    this.#control = new Int32Array(shared.control);
    this.#chunks = shared.chunks;
  }

  get handedOver(): number {
    return Atomics.load(this.#control, HANDED_OVER);
  }

  get carriedOut(): number {
    return Atomics.load(this.#control, CARRIED_OUT);
  }

  /** The n-th chunk; orders that need none do not count. */
  chunk(n: number): Uint8Array {
    const at = (n % RING_CHUNKS) * CHUNK_BYTES;
    return new Uint8Array(this.#chunks, at, CHUNK_BYTES);
  }

  /** The n-th order: how many bytes of the next chunk to take, or a negative number of another meaning. */
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

  /** For the other thread: says that the next order has been carried out. */
  carryOut(): void {
    Atomics.store(this.#control, CARRIED_OUT, this.carriedOut + 1);
    this.wake();
  }

  /** For the other thread: blocks until there is an n-th order. */
  awaitOrder(n: number): void {
    while (this.handedOver <= n) Atomics.wait(this.#control, HANDED_OVER, n);
  }

  /** For the main thread, which may not block: settles at the next order carried out, or at `wake`. */
  async nextCarriedOut(seen: number): Promise<void> {
    const atomics = Atomics as unknown as AsyncAtomics;
    await atomics.waitAsync(this.#control, CARRIED_OUT, seen).value;
  }

  /** Makes whoever waits for the other thread look again. */
  wake(): void {
    Atomics.notify(this.#control, CARRIED_OUT);
  }
}

/** In every Node.js since 16, and in the types of ES2024 only. */
interface AsyncAtomics {
  waitAsync(cells: Int32Array, index: number, value: number): { readonly value: unknown };
}
