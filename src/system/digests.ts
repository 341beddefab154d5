// The digests of one run: of large files on a thread of their own, which is started once for all of
// them, of small ones on the thread that asks.
import { type DigestStream, LocalDigest } from './digest-stream.js';
import { DigestThread } from './digest-thread.js';

/** Below this a thread takes longer to start than the work itself. */
const THREAD_FROM_BYTES = 4 << 20;

export class Digests {
  #thread: DigestThread | null = null;

  /** Starts the thread, if a file of this size needs it: it then is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    if (sizeBytes >= THREAD_FROM_BYTES) this.#thread ??= new DigestThread();
  }

  /** Begins the digest of a file of about this size. One at a time: the one before is given up. */
  async begin(sizeBytes: number): Promise<DigestStream> {
    this.prepare(sizeBytes);
    const isLarge = sizeBytes >= THREAD_FROM_BYTES;
    return isLarge && this.#thread !== null ? this.#thread.begin() : new LocalDigest(sizeBytes);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.close();
  }
}
