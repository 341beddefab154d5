// The thread that compresses for ZstdThread.
import { parentPort } from 'node:worker_threads';
import { serveRing, sharedMemory } from '../threads/serve-ring.js';
import { createZstdWriter } from './zstd.js';
import type { ZstdAnswer } from './zstd-thread.js';

function answer(message: ZstdAnswer): void {
  parentPort?.postMessage(message);
}

const [level = 0] = new Uint8Array(sharedMemory());
const writer = await createZstdWriter(level, (piece) => answer(Uint8Array.from(piece)));

await serveRing({
  take: (bytes) => writer.write(bytes),
  obey: async () => {
    await writer.finish();
    answer(null);
  },
});
