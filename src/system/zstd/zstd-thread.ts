// Compresses a stream of bytes on a thread of its own, while the calling thread reads and writes.
import { RingThread } from '../threads/ring-thread.js';

/** The only order besides bytes. */
export const FINISH_ORDER = -1;

/** A piece of the frame; null once all pieces have come. */
export type ZstdAnswer = Uint8Array | null;

/** One frame. */
export class ZstdThread {
  readonly #thread: RingThread<ZstdAnswer>;
  readonly #finished: Promise<void>;

  /** @param onPiece gets the pieces of the frame as they come, and may keep them */
  constructor(level: number, onPiece: (piece: Uint8Array) => void) {
    const shared = new SharedArrayBuffer(1);
    new Uint8Array(shared)[0] = level;
    const thread = new RingThread<ZstdAnswer>(
      new URL('zstd-thread-worker.js', import.meta.url),
      shared,
    );
    this.#thread = thread;
    this.#finished = new Promise((resolve) => {
      thread.listen((answer) => {
        if (answer === null) resolve();
        else onPiece(answer);
      });
    });
  }

  /** Takes all of `bytes`, which may be overwritten afterwards. @throws the error that ended the thread */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      const room = await this.#thread.room();
      const count = Math.min(room.length, rest.length);
      room.set(rest.subarray(0, count));
      this.#thread.add(count);
      rest = rest.subarray(count);
    }
  }

  /** Ends the frame. When the promise settles, all of its pieces have come. */
  async finish(): Promise<void> {
    await this.#thread.order(FINISH_ORDER);
    await this.#thread.settle();
    await this.#finished;
  }

  /** Ends the thread at once. */
  async close(): Promise<void> {
    await this.#thread.close();
  }
}
