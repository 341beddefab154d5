// A thread that is started once for all large files of a run, when the first of them is in sight.
import { isWorthThread } from './worth-a-thread.js';

export class LazyThread<Thread extends { close(): Promise<void> }> {
  readonly #start: () => Thread;
  #thread: Thread | null = null;

  constructor(start: () => Thread) {
    this.#start = start;
  }

  /** Starts the thread, if a file of this size needs it: it then is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    if (isWorthThread(sizeBytes)) this.#thread ??= this.#start();
  }

  /** The thread for a file of this size; null where the file stays on the thread that asks. */
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
