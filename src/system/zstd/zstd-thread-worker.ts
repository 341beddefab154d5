// The thread that compresses for ZstdThread.
import { parentPort } from 'node:worker_threads';
import { serveRing, sharedMemory } from '../threads/serve-ring.js';
import { createZstdWriter } from './zstd.js';
import type { ZstdAnswer } from './zstd-thread.js';

/** The memory of a piece goes to the other thread with it. */
function answer(message: ZstdAnswer): void {
  parentPort?.postMessage(message, message === null ? [] : [message.buffer as ArrayBuffer]);
}

const [level = 0] = new Uint8Array(sharedMemory());
const writer = await createZstdWriter(level, (piece) => answer(new Uint8Array(piece)));

await serveRing({
  take: (bytes) => writer.write(bytes),
  obey: async () => {
    await writer.finish();
    answer(null);
  },
});
