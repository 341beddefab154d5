// The delta thread itself: takes one job at a time from the main thread. See delta-thread.ts.
import { parentPort } from 'node:worker_threads';
import { CorruptError } from '../errors.js';
import { SharedFileReader } from '../system/shared-file-reader.js';
import { makeDelta, proveDelta } from './make-delta.js';
import type { Answer, Failure, Job, MakeJob, ProveJob } from './thread-messages.js';

/** How many bytes may be on their way to the main thread. */
const OUTSTANDING_MOST = 8 << 20;

parentPort?.on('message', (job: Job) => {
  void run(job);
});

async function run(job: Job): Promise<void> {
  try {
    send(job.kind === 'make' ? await make(job) : await prove(job));
  } catch (error) {
    send({ kind: 'failed', failure: toFailure(error) });
  }
}

async function make(job: MakeJob): Promise<Answer> {
  const outstanding = new Int32Array(job.outstanding);
  const basis = new SharedFileReader(job.basis);
  const result = new SharedFileReader(job.result);
  const made = await makeDelta(basis, result, job.options, (bytes) => {
    const copy = Uint8Array.from(bytes);
    awaitRoom(outstanding);
    Atomics.add(outstanding, 0, copy.length);
    send({ kind: 'bytes', bytes: copy }, copy.buffer);
  });
  return { kind: 'made', made };
}

async function prove(job: ProveJob): Promise<Answer> {
  const basis = new SharedFileReader(job.basis);
  const sha256 = await proveDelta(basis, new SharedFileReader(job.stored), job.resultBytes);
  return { kind: 'proved', sha256: Uint8Array.from(sha256) };
}

function awaitRoom(outstanding: Int32Array): void {
  for (;;) {
    const count = Atomics.load(outstanding, 0);
    if (count < OUTSTANDING_MOST) return;
    Atomics.wait(outstanding, 0, count);
  }
}

function send(answer: Answer, transferred?: ArrayBuffer): void {
  parentPort?.postMessage(answer, transferred === undefined ? [] : [transferred]);
}

function toFailure(error: unknown): Failure {
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    isCorruption: error instanceof CorruptError,
    message: known.message,
    stack: known.stack ?? '',
  };
}
