// Examines files on a thread of its own, since that takes longer than copying them.
import { RingThread } from '../../system/threads/ring-thread.js';
import type { ExaminedKind, Examiner, FileExamination } from './examine-file.js';
import { EXAMINE_ORDER, ExaminedFile } from './examine-order.js';

/** Runs from its creation until `close`. One file at a time. */
export class ExamineThread {
  readonly #shared = ExaminedFile.createShared();
  readonly #file = new ExaminedFile(this.#shared);
  readonly #thread = new RingThread<FileExamination>(
    new URL('examine-thread-worker.js', import.meta.url),
    this.#shared,
  );

  /**
   * Begins a file. From then on the examiner of the file before must not be used.
   * @param sizeBytes how many bytes will be pushed in all
   */
  async begin(kind: ExaminedKind, sizeBytes: number): Promise<Examiner> {
    await this.#thread.settle();
    this.#file.set(kind, sizeBytes);
    await this.#thread.order(EXAMINE_ORDER.begin);
    return {
      push: async (bytes) => this.#push(bytes),
      finish: async () => {
        const finishing = this.#thread.order(EXAMINE_ORDER.finish);
        const [examination] = await Promise.all([this.#thread.nextAnswer(), finishing]);
        return examination;
      },
    };
  }

  /** Ends the thread at once. What is still awaited fails. */
  async close(): Promise<void> {
    await this.#thread.close();
  }

  async #push(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const room = await this.#thread.room();
      const piece = bytes.subarray(at, at + room.length);
      room.set(piece);
      this.#thread.add(piece.length);
      at += piece.length;
    }
  }
}
