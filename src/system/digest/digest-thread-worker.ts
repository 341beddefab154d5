// The worker of the digest thread (digest-thread.ts).
import { createHash } from 'node:crypto';
import { serveRing, sharedMemory } from '../threads/serve-ring.js';
import { DIGEST_ORDER } from './digest-order.js';

const digest = new Uint8Array(sharedMemory());
let hash = createHash('sha256');

await serveRing({
  take: (bytes) => void hash.update(bytes),
  obey: (order) => {
    if (order === DIGEST_ORDER.restart) hash = createHash('sha256');
    else digest.set(hash.copy().digest());
  },
});
