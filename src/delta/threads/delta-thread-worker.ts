// The code of a delta thread: takes one job at a time from the main thread (job-thread.ts).
import { parentPort } from 'node:worker_threads';
import { CorruptError } from '../../errors.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import { RealFileSystem } from '../../system/files/file-system.js';
import { readChunks } from '../../system/files/read-chunks.js';
import { SharedFileReader, readGrowing } from '../../system/files/shared-file-reader.js';
import { uninterrupted } from '../../system/time/checkpoint.js';
import { requireZstd, zstdDecompress } from '../../system/zstd/zstd.js';
import { composeTables } from '../compose-tables.js';
import { withEngine } from '../engine/engine.js';
import { compressContent } from '../full-copy.js';
import { makeDelta, proveDelta } from '../make-delta.js';
import { toRun } from '../stored-delta.js';
import type {
  Answer,
  ComposeJob,
  JobFailure,
  Job,
  MakeJob,
  OutstandingBytes,
} from './thread-messages.js';

/** How many bytes may be on their way to the main thread. */
const OUTSTANDING_MOST = 8 << 20;

// Loads what takes a moment to load before the first job comes. If that fails, the first job fails too.
await Promise.allSettled([requireZstd(), withEngine({}, async () => {})]);

parentPort?.on('message', (job: Job) => {
  void run(job);
});

async function run(job: Job): Promise<void> {
  try {
    send(await answer(job));
  } catch (error) {
    send({ kind: 'failed', failure: toFailure(error) });
  }
}

async function answer(job: Job): Promise<Answer> {
  if (job.kind === 'make') {
    const basis = new SharedFileReader(job.basis);
    const result = new SharedFileReader(job.result);
    const made = await makeDelta({ basis, result }, job.options, sending(job.outstanding));
    return { kind: 'made', made };
  }
  if (job.kind === 'compose') return compose(job);
  return { kind: 'digest', sha256: Uint8Array.from(await digest(job)) };
}

async function compose({ deltas, basisBytes, literalsAt, stop }: ComposeJob): Promise<Answer> {
  const stopped = new Int32Array(stop);
  const checkpoint = async (): Promise<void> => {
    if (Atomics.load(stopped, 0) !== 0) throw new Error('the composed deltas are no longer wanted');
  };
  const stored = toRun(new RealFileSystem(), deltas);
  const { table, literals } = await composeTables(stored, basisBytes, checkpoint, literalsAt);
  return {
    kind: 'composed',
    entries: table.entries.handOver(),
    resultBytes: table.resultBytes,
    literals: literals.handOver(),
  };
}

async function digest(job: Exclude<Job, MakeJob | ComposeJob>): Promise<Buffer> {
  if (job.kind === 'prove') {
    const basis = new SharedFileReader(job.basis);
    return proveDelta(basis, readGrowing(job.stored), job.resultBytes);
  }
  if (job.kind === 'compress') {
    const chunks = readChunks(new SharedFileReader(job.content));
    return compressContent(chunks, job.zstdLevel, sending(job.outstanding));
  }
  return digestChunks(zstdDecompress(readGrowing(job.stored)), uninterrupted);
}

/** Sends bytes to the main thread. Waits first until it has taken enough of those before. */
function sending(shared: OutstandingBytes): (bytes: Uint8Array) => void {
  const outstanding = new Int32Array(shared);
  return (bytes) => {
    const copy = Uint8Array.from(bytes);
    awaitRoom(outstanding);
    Atomics.add(outstanding, 0, copy.length);
    send({ kind: 'bytes', bytes: copy }, copy.buffer);
  };
}

function awaitRoom(outstanding: Int32Array): void {
  for (;;) {
    const count = Atomics.load(outstanding, 0);
    if (count < OUTSTANDING_MOST) return;
    Atomics.wait(outstanding, 0, count);
  }
}

function send(message: Answer, transferred?: ArrayBuffer): void {
  parentPort?.postMessage(message, transferred === undefined ? [] : [transferred]);
}

function toFailure(error: unknown): JobFailure {
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    isCorruption: error instanceof CorruptError,
    message: known.message,
    stack: known.stack ?? '',
  };
}
