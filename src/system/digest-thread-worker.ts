// The digest thread itself: carries out one order of the ring after the other, and sleeps in between.
// It ends when it is terminated. See digest-thread.ts.
import { createHash } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { ChunkRing } from './chunk-ring.js';
import { DIGEST_ORDER } from './digest-order.js';
import type { RingWorkerData } from './ring-thread.js';

const { ring: sharedRing, more } = workerData as RingWorkerData<SharedArrayBuffer>;
const ring = new ChunkRing(sharedRing);
const digest = new Uint8Array(more);
let hash = createHash('sha256');
let chunks = 0;

for (let n = 0; ; n += 1) {
  ring.awaitOrder(n);
  const order = ring.order(n);
  if (order === DIGEST_ORDER.restart) hash = createHash('sha256');
  else if (order === DIGEST_ORDER.soFar) digest.set(hash.copy().digest());
  else {
    hash.update(ring.chunk(chunks).subarray(0, order));
    chunks += 1;
  }
  ring.carryOut();
}
