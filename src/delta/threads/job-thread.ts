// One thread that does the jobs of the delta engine one after another, in the order in which they were
// given. It starts with the first job, or with `start`.
import { Worker } from 'node:worker_threads';
import { CorruptError } from '../../errors.js';
import type { Answer, JobFailure, Job } from './thread-messages.js';

/** The answer that ends a job. */
export type LastAnswer = Exclude<Answer, { readonly kind: 'bytes' | 'failed' }>;

interface Pending {
  readonly job: Job;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly resolve: (answer: LastAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export class JobThread {
  #worker: Worker | null = null;
  #running: Pending | null = null;
  readonly #waiting: Pending[] = [];
  readonly #keepsFiles: boolean;
  #isClosed = false;

  /** @param keepsFiles whether files that the thread has opened stay open when it ends */
  constructor({ keepsFiles = false } = {}) {
    this.#keepsFiles = keepsFiles;
  }

  start(): void {
    this.#worker ??= this.#createWorker();
  }

  /**
   * @param onBytes takes the bytes that the job makes, in order
   * @param signal takes the job out of the queue; a job that is running only ends when a file that it
   *   reads is given up
   */
  run(job: Job, onBytes: (bytes: Uint8Array) => void, signal?: AbortSignal): Promise<LastAnswer> {
    return new Promise((resolve, reject) => {
      const pending = { job, onBytes, resolve, reject };
      if (this.#isClosed) reject(new Error('the delta thread has been closed'));
      else if (signal?.aborted) reject(signal.reason);
      else this.#waiting.push(pending);
      signal?.addEventListener('abort', () => this.#withdraw(pending, signal.reason));
      this.#next();
    });
  }

  /** Ends the thread at once. Unfinished jobs fail, and so do all later ones. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    // Until now the thread may still have been reading from a descriptor.
    this.#failAll(new Error('the delta thread ended before its job'));
  }

  #withdraw(pending: Pending, reason: unknown): void {
    const place = this.#waiting.indexOf(pending);
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    pending.reject(reason);
  }

  #next(): void {
    // A message of a thread that is being ended must not start another thread: nobody would end that one.
    if (this.#running !== null || this.#isClosed) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running = next;
    this.start();
    this.#worker?.postMessage(next.job);
  }

  #createWorker(): Worker {
    const worker = new Worker(new URL('delta-thread-worker.js', import.meta.url), {
      trackUnmanagedFds: !this.#keepsFiles,
    });
    worker.on('message', (answer: Answer) => this.#take(answer));
    worker.on('error', (error) => this.#failAll(error));
    worker.on('exit', () => this.#failAll(new Error('the delta thread ended before its job')));
    return worker;
  }

  #take(answer: Answer): void {
    if (answer.kind === 'bytes') {
      this.#running?.onBytes(answer.bytes);
      return;
    }
    const done = this.#running;
    this.#running = null;
    if (answer.kind === 'failed') done?.reject(toError(answer.failure));
    else done?.resolve(answer);
    this.#next();
  }

  /** A thread that has ended does no more jobs. */
  #failAll(error: unknown): void {
    this.#isClosed = true;
    this.#running?.reject(error);
    this.#running = null;
    for (const pending of this.#waiting.splice(0)) pending.reject(error);
  }
}

function toError(failure: JobFailure): Error {
  if (failure.isCorruption) return new CorruptError(failure.message);
  const error = new Error(failure.message);
  error.stack = failure.stack;
  return error;
}
