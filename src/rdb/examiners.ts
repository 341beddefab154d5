// Who examines the files of one run: large ones a thread of their own, which is started once for all of
// them, small ones the thread that asks.
import type { Checkpoint } from '../system/checkpoint.js';
import { isWorthThread } from '../system/worth-a-thread.js';
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
  #thread: ExamineThread | null = null;

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  /** Starts the thread, if a file of this size needs it: it then is ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    if (isWorthThread(sizeBytes)) this.#thread ??= new ExamineThread();
  }

  /**
   * Begins a file. One at a time: the one before is given up.
   * @param sizeBytes how many bytes will be pushed in all
   */
  async begin(kind: ExaminedKind, sizeBytes: number): Promise<Examiner> {
    this.prepare(sizeBytes);
    const thread = isWorthThread(sizeBytes) ? this.#thread : null;
    return thread === null
      ? new FileExaminer(kind, sizeBytes, this.#checkpoint)
      : thread.begin(kind, sizeBytes);
  }

  /** For a file that may be a dump, and may be anything. */
  beginUnknown(sizeBytes: number): Examiner<FileExamination | null> {
    return new UnknownExaminer(async () => this.begin('dump', sizeBytes));
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.close();
  }
}
