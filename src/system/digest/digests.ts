// The digests of one run: of large files on a thread of their own, which is started once for all of
// them, of small ones on the thread that asks.
import { type DigestStream, LocalDigest } from './digest-stream.js';
import { DigestThread } from './digest-thread.js';
import { LazyThread } from '../threads/lazy-thread.js';

/** Where a digest is begun. */
export interface DigestSource {
  begin(sizeBytes: number): Promise<DigestStream>;
}

/** All digests on the thread that asks, for who has nothing else to do meanwhile. */
export const localDigests: DigestSource = {
  begin: async (sizeBytes) => new LocalDigest(sizeBytes),
};

export class Digests implements DigestSource {
  readonly #thread = new LazyThread(() => new DigestThread());

  /** Starts the thread, if a file of this size needs it: it then is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    this.#thread.prepare(sizeBytes);
  }

  /** Begins the digest of a file of about this size. One at a time: the one before is given up. */
  async begin(sizeBytes: number): Promise<DigestStream> {
    return this.#thread.forFile(sizeBytes)?.begin() ?? new LocalDigest(sizeBytes);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#thread.close();
  }
}
