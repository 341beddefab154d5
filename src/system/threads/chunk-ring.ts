// The memory that the main thread shares with another thread: a ring of chunks of bytes, and orders that say
// what to do with them. The main thread hands over orders. The other thread carries them out, one after the
// other. Two counters, which only grow, say how far each thread is.

/** The bytes of one order: enough that the cost of handing over does not matter. */
export const CHUNK_BYTES = 1 << 20;

/** How many chunks may wait: enough for the times in which one of the threads is not running. */
export const RING_CHUNKS = 8;

const HANDED_OVER = 0;
const CARRIED_OUT = 1;
const FIRST_ORDER = 2;

/** What a thread gets when it starts. */
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

/** The ring as each of the two threads uses it. */
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

  /** The n-th chunk. Orders without a chunk are not counted. */
  chunk(n: number): Uint8Array {
    const at = (n % RING_CHUNKS) * CHUNK_BYTES;
    return new Uint8Array(this.#chunks, at, CHUNK_BYTES);
  }

  /** The n-th order: how many bytes of the next chunk to take, or below 0 an order of another kind. */
  order(n: number): number {
    return Atomics.load(this.#control, FIRST_ORDER + (n % RING_CHUNKS));
  }

  /** For the main thread: hands over the next order. */
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

  /** For the main thread, which must not block: settles when an order is carried out, or at `wake`. */
  async nextCarriedOut(seen: number): Promise<void> {
    const atomics = Atomics as unknown as AsyncAtomics;
    await atomics.waitAsync(this.#control, CARRIED_OUT, seen).value;
  }

  /** Ends the wait of the main thread, so that it looks again. */
  wake(): void {
    Atomics.notify(this.#control, CARRIED_OUT);
  }
}

/** Every Node.js since 16 has waitAsync; the types have it from ES2024 on. */
interface AsyncAtomics {
  waitAsync(cells: Int32Array, index: number, value: number): { readonly value: unknown };
}
