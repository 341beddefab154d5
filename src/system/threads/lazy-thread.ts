// A thread for the large files of a run. It is started once, when the first large file is expected.
import { isWorthThread } from './worth-a-thread.js';

export class LazyThread<Thread extends { close(): Promise<void> }> {
  readonly #start: () => Thread;
  #thread: Thread | null = null;

  constructor(start: () => Thread) {
    this.#start = start;
  }

  /** Starts the thread if a file of this size needs it, so that the thread is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    if (isWorthThread(sizeBytes)) this.#thread ??= this.#start();
  }

  /** The thread for a file of this size; null for a small file, which needs no other thread. */
  forFile(sizeBytes: number): Thread | null {
    this.prepare(sizeBytes);
    return isWorthThread(sizeBytes) ? this.#thread : null;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.close();
  }
}
