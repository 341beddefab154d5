// Two threads for the longest work of a backup: one makes what is stored, the other proves it at the same
// time. Both can follow files that the main thread is still writing: the new version of a file is copied,
// its delta is made and the delta is proved in one go. Both do their jobs in the same order, so the second
// thread never waits for something that is queued behind the first thread's job.
import type { GrowingFile, SharedFile } from '../../system/files/shared-file-reader.js';
import { JobThread, type LastAnswer } from './job-thread.js';
import type { DeltaOptions, FilePair, MadeDelta } from '../make-delta.js';
import type { Job, OutstandingBytes } from './thread-messages.js';

/** Takes the bytes of an increment in order, on the main thread. If it throws, the job fails. */
export type Write = (bytes: Uint8Array) => void;

export class DeltaThreads {
  readonly #maker = new JobThread();
  readonly #prover = new JobThread();

  /** Starts both threads, when work is about to come. */
  start(): void {
    this.#maker.start();
    this.#prover.start();
  }

  /**
   * Makes the compressed delta that rebuilds `result` from `basis`.
   * @throws CorruptError when a file is shorter than it should be, or its writer gave it up
   */
  async make(
    { basis, result }: FilePair<SharedFile>,
    options: DeltaOptions,
    write: Write,
    signal?: AbortSignal,
  ): Promise<MadeDelta> {
    const answer = await this.#produce(
      (outstanding) => ({ kind: 'make', basis, result, options, outstanding }),
      write,
      signal,
    );
    if (answer.kind !== 'made') throw unexpected(answer);
    return answer.made;
  }

  /**
   * The SHA-256 of what a stored delta makes from `basis`.
   * @throws CorruptError when it is not a whole delta, or makes more than `resultBytes`
   */
  async prove(
    basis: SharedFile,
    stored: GrowingFile,
    resultBytes: number,
    signal?: AbortSignal,
  ): Promise<Buffer> {
    const job: Job = { kind: 'prove', basis, stored: plain(stored), resultBytes };
    return digestOf(await this.#prover.run(job, ignore, signal));
  }

  /** Compresses a file to one zstd frame. @returns the SHA-256 of the file's content */
  async compress(
    content: SharedFile,
    zstdLevel: number,
    write: Write,
    signal?: AbortSignal,
  ): Promise<Buffer> {
    const answer = await this.#produce(
      (outstanding) => ({ kind: 'compress', content, zstdLevel, outstanding }),
      write,
      signal,
    );
    return digestOf(answer);
  }

  /** The SHA-256 of the content of a stored zstd frame. @throws CorruptError when it is not one */
  async readBack(stored: GrowingFile, signal?: AbortSignal): Promise<Buffer> {
    const job: Job = { kind: 'read-back', stored: plain(stored) };
    return digestOf(await this.#prover.run(job, ignore, signal));
  }

  /** Ends both threads at once. Unfinished jobs fail, and so do all later ones. */
  async close(): Promise<void> {
    await Promise.all([this.#maker.close(), this.#prover.close()]);
  }

  async #produce(
    createJob: (outstanding: OutstandingBytes) => Job,
    write: Write,
    signal?: AbortSignal,
  ): Promise<LastAnswer> {
    const outstanding = new SharedArrayBuffer(4);
    const taken = new Int32Array(outstanding);
    const failures: unknown[] = [];
    const onBytes = (bytes: Uint8Array): void => {
      try {
        if (failures.length === 0) write(bytes);
      } catch (error) {
        failures.push(error);
      }
      Atomics.sub(taken, 0, bytes.length);
      Atomics.notify(taken, 0);
    };
    const answer = await this.#maker.run(createJob(outstanding), onBytes, signal);
    if (failures.length > 0) throw failures[0];
    return answer;
  }
}

const ignore = (): void => {};

/** Without the other fields of a writer's file, which cannot be sent. */
function plain({ descriptor, available }: GrowingFile): GrowingFile {
  return { descriptor, available };
}

function digestOf(answer: LastAnswer): Buffer {
  if (answer.kind !== 'digest') throw unexpected(answer);
  return Buffer.from(answer.sha256);
}

function unexpected({ kind }: LastAnswer): Error {
  return new Error(`the delta thread answered '${kind}'`);
}
