// Decides who examines each file of a run. Large files go to a thread, which is started once for all of
// them. Small files are examined on the thread that asks.
import { LazyThread } from '../../system/threads/lazy-thread.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
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

  /** Starts the thread if a file of this size needs it. It is then ready when the file is read. */
  prepare(sizeBytes: number | bigint): void {
    this.#thread.prepare(sizeBytes);
  }

  /**
   * Begins a file, and gives up the one before: there is one at a time.
   * @param sizeBytes how many bytes will be pushed in all
   */
  async begin(kind: ExaminedKind, sizeBytes: number): Promise<Examiner> {
    const thread = this.#thread.forFile(sizeBytes);
    return thread?.begin(kind, sizeBytes) ?? new FileExaminer(kind, sizeBytes, this.#checkpoint);
  }

  /** Begins a file that may be a dump and may be anything else. */
  beginUnknown(sizeBytes: number): Examiner<FileExamination | null> {
    return new UnknownExaminer(async () => this.begin('dump', sizeBytes));
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#thread.close();
  }
}
