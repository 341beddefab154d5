// The worker's side of a RingThread: carries out the orders of the ring one after the other, and sleeps
// between them, until the thread is terminated.
import { workerData } from 'node:worker_threads';
import { ChunkRing } from './chunk-ring.js';
import type { RingWorkerData } from './ring-thread.js';

export interface RingServant {
  /** Takes the next bytes. Their memory is reused when the promise settles. */
  take(bytes: Uint8Array): void | Promise<void>;
  /** Carries out an order below 0. */
  obey(order: number): void | Promise<void>;
}

/** The memory that the thread got besides the ring. */
export function sharedMemory(): SharedArrayBuffer {
  return (workerData as RingWorkerData).shared;
}

/** Settles only if the servant fails. */
export async function serveRing(servant: RingServant): Promise<never> {
  const ring = new ChunkRing((workerData as RingWorkerData).ring);
  let chunks = 0;
  for (let n = 0; ; n += 1) {
    ring.awaitOrder(n);
    const order = ring.order(n);
    if (order < 0) await servant.obey(order);
    else {
      await servant.take(ring.chunk(chunks).subarray(0, order));
      chunks += 1;
    }
    ring.carryOut();
  }
}
