// The examining thread itself: carries out one order of the ring after the other, and sleeps in
// between. It ends when it is terminated. See examine-thread.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { uninterrupted } from '../system/checkpoint.js';
import { ChunkRing } from '../system/chunk-ring.js';
import type { RingWorkerData } from '../system/ring-thread.js';
import { FileExaminer } from './examine-file.js';
import { EXAMINE_ORDER, ExaminedFile } from './examine-order.js';

const { ring: sharedRing, more } = workerData as RingWorkerData<SharedArrayBuffer>;
const ring = new ChunkRing(sharedRing);
const file = new ExaminedFile(more);
let examiner: FileExaminer | null = null;
let chunks = 0;

for (let n = 0; ; n += 1) {
  ring.awaitOrder(n);
  const order = ring.order(n);
  if (order === EXAMINE_ORDER.begin) {
    const { kind, sizeBytes } = file.get();
    examiner = new FileExaminer(kind, sizeBytes, uninterrupted);
  } else if (order === EXAMINE_ORDER.finish) {
    parentPort?.postMessage(await examiner?.finish());
  } else {
    await examiner?.push(ring.chunk(chunks).subarray(0, order));
    chunks += 1;
  }
  ring.carryOut();
}
