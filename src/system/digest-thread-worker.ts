// The digest thread itself: carries out one order of the ring after the other, and sleeps in between.
// It ends when it is terminated. See digest-thread.ts.
import { createHash } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { DigestRing, ORDER, type SharedRing } from './digest-ring.js';

const ring = new DigestRing(workerData as SharedRing);
let hash = createHash('sha256');
let chunks = 0;

for (let n = 0; ; n += 1) {
  ring.awaitOrder(n);
  const order = ring.order(n);
  if (order === ORDER.restart) hash = createHash('sha256');
  else if (order === ORDER.soFar) ring.digest.set(hash.copy().digest());
  else {
    hash.update(ring.chunk(chunks).subarray(0, order));
    chunks += 1;
  }
  ring.carryOut();
}
