// The code of the thread that examines files (examine-thread.ts).
import { parentPort } from 'node:worker_threads';
import { serveRing, sharedMemory } from '../../system/threads/serve-ring.js';
import { uninterrupted } from '../../system/time/checkpoint.js';
import { FileExaminer } from './examine-file.js';
import { EXAMINE_ORDER, ExaminedFile } from './examine-order.js';

const file = new ExaminedFile(sharedMemory());
let examiner: FileExaminer | null = null;

await serveRing({
  take: async (bytes) => examiner?.push(bytes),
  obey: async (order) => {
    if (order === EXAMINE_ORDER.begin) {
      const { kind, sizeBytes } = file.get();
      examiner = new FileExaminer(kind, sizeBytes, uninterrupted);
    } else {
      parentPort?.postMessage(await examiner?.finish());
    }
  },
});
