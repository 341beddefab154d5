// The digests of one run: of large files on a thread of their own, which is started once for all of
// them, of small ones on the thread that asks.
import { type DigestStream, LocalDigest } from './digest-stream.js';
import { DigestThread } from './digest-thread.js';
import { isWorthThread } from './worth-a-thread.js';

/** Where a digest is begun. */
export interface DigestSource {
  begin(sizeBytes: number): Promise<DigestStream>;
}

/** All digests on the thread that asks, for who has nothing else to do meanwhile. */
export const localDigests: DigestSource = {
  begin: async (sizeBytes) => new LocalDigest(sizeBytes),
};

export class Digests implements DigestSource {
  #thread: DigestThread | null = null;

  /** Starts the thread, if a file of this size needs it: it then is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    if (isWorthThread(sizeBytes)) this.#thread ??= new DigestThread();
  }

  /** Begins the digest of a file of about this size. One at a time: the one before is given up. */
  async begin(sizeBytes: number): Promise<DigestStream> {
    this.prepare(sizeBytes);
    const thread = isWorthThread(sizeBytes) ? this.#thread : null;
    return thread === null ? new LocalDigest(sizeBytes) : thread.begin();
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.close();
  }
}
