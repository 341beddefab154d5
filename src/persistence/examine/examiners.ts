// Who examines the files of one run: large ones a thread of their own, which is started once for all of
// them, small ones the thread that asks.
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { LazyThread } from '../../system/threads/lazy-thread.js';
import {
  type ExaminedKind,
  type Examiner,
  type FileExamination,
  FileExaminer,
} from './examine-file.js';
import { ExamineThread } from './examine-thread.js';
import { UnknownExaminer } from './unknown-examiner.js';

export class Examiners {
  readonly #checkpoint: Checkpoint;
  readonly #thread = new LazyThread(() => new ExamineThread());

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  /** Starts the thread, if a file of this size needs it: it then is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    this.#thread.prepare(sizeBytes);
  }

  /**
   * Begins a file. One at a time: the one before is given up.
   * @param sizeBytes how many bytes will be pushed in all
   */
  async begin(kind: ExaminedKind, sizeBytes: number): Promise<Examiner> {
    const thread = this.#thread.forFile(sizeBytes);
    return thread?.begin(kind, sizeBytes) ?? new FileExaminer(kind, sizeBytes, this.#checkpoint);
  }

  /** For a file that may be a dump, and may be anything. */
  beginUnknown(sizeBytes: number): Examiner<FileExamination | null> {
    return new UnknownExaminer(async () => this.begin('dump', sizeBytes));
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#thread.close();
  }
}
