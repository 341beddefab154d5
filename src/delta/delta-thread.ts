// A second thread for the work that reads most: making deltas, and proving them. It can follow a file
// that the main thread is still writing, so that both cores are at work during a backup.
import { Worker } from 'node:worker_threads';
import { CorruptError } from '../errors.js';
import type { SharedFile } from '../system/shared-file-reader.js';
import type { DeltaOptions, MadeDelta } from './make-delta.js';
import type { Answer, Failure, Job } from './thread-messages.js';

interface Pending {
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Starts with its first job, and does one after the other in the order in which they were given. */
export class DeltaThread {
  #worker: Worker | null = null;
  #pending: Pending | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /**
   * Makes the compressed delta from `basis` to `result`.
   * @param write takes its bytes in order, on this thread; where it throws, the job fails with that
   * @throws CorruptError where a file is shorter than it should be, or was given up by its writer
   */
  async make(
    basis: SharedFile,
    result: SharedFile,
    options: DeltaOptions,
    write: (bytes: Uint8Array) => void,
  ): Promise<MadeDelta> {
    const outstanding = new SharedArrayBuffer(4);
    const taken = new Int32Array(outstanding);
    const job: Job = { kind: 'make', basis, result, options, outstanding };
    let failure: { readonly error: unknown } | null = null;
    const answer = await this.#run(job, (bytes) => {
      try {
        if (failure === null) write(bytes);
      } catch (error) {
        failure = { error };
      }
      Atomics.sub(taken, 0, bytes.length);
      Atomics.notify(taken, 0);
    });
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
    if (answer.kind !== 'made') throw new Error(`the delta thread answered '${answer.kind}'`);
    return answer.made;
  }

  /**
   * The SHA-256 of what a delta, as stored, makes from `basis`.
   * @throws CorruptError where it is no whole delta, or makes more than `resultBytes`
   */
  async prove(basis: SharedFile, stored: SharedFile, resultBytes: number): Promise<Buffer> {
    const answer = await this.#run({ kind: 'prove', basis, stored, resultBytes }, () => {});
    if (answer.kind !== 'proved') throw new Error(`the delta thread answered '${answer.kind}'`);
    return Buffer.from(answer.sha256);
  }

  /** Ends the thread, whatever it is doing; jobs that are not done fail, and so do all that follow. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #run(job: Job, onBytes: (bytes: Uint8Array) => void): Promise<Answer> {
    const done = this.#queue.then(() => this.#start(job, onBytes));
    this.#queue = done.catch(() => {});
    return done;
  }

  #start(job: Job, onBytes: (bytes: Uint8Array) => void): Promise<Answer> {
    // A job that waited in the queue must not start another thread, which nobody would end.
    if (this.#isClosed) return Promise.reject(new Error('the delta thread has been closed'));
    this.#worker ??= this.#createWorker();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#pending = { onBytes, resolve, reject };
      worker.postMessage(job);
    });
  }

  #createWorker(): Worker {
    const worker = new Worker(new URL('delta-thread-worker.js', import.meta.url));
    worker.on('message', (answer: Answer) => this.#take(answer));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('the delta thread ended before its job')));
    return worker;
  }

  #take(answer: Answer): void {
    if (answer.kind === 'bytes') this.#pending?.onBytes(answer.bytes);
    else if (answer.kind === 'failed') this.#fail(toError(answer.failure));
    else this.#finish()?.resolve(answer);
  }

  #fail(error: unknown): void {
    this.#finish()?.reject(error);
  }

  #finish(): Pending | null {
    const pending = this.#pending;
    this.#pending = null;
    return pending;
  }
}

function toError(failure: Failure): Error {
  if (failure.isCorruption) return new CorruptError(failure.message);
  const error = new Error(failure.message);
  error.stack = failure.stack;
  return error;
}
