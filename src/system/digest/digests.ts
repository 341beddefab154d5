// The digests of one run. Large files are digested on another thread, which is started once for the run.
// Small files are digested on the calling thread.
import { LazyThread } from '../threads/lazy-thread.js';
import { type DigestStream, LocalDigest } from './digest-stream.js';
import { DigestThread } from './digest-thread.js';

/** Begins digests. */
export interface DigestSource {
  begin(sizeBytes: number): Promise<DigestStream>;
}

/** Makes every digest on the calling thread, for callers that have nothing else to do meanwhile. */
export const localDigests: DigestSource = {
  begin: async (sizeBytes) => new LocalDigest(sizeBytes),
};

export class Digests implements DigestSource {
  readonly #thread = new LazyThread(() => new DigestThread());

  /** Starts the thread if a file of this size needs it, so that the thread is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    this.#thread.prepare(sizeBytes);
  }

  /** Begins the digest of a file of about this size. One at a time: an unfinished one is given up. */
  async begin(sizeBytes: number): Promise<DigestStream> {
    return this.#thread.forFile(sizeBytes)?.begin() ?? new LocalDigest(sizeBytes);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#thread.close();
  }
}
