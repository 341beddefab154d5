// Feeds a stream to a job, piece by piece, and runs steps until each piece is used up.
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { STEP } from '../../system/wasm/step.js';
import type { Engine } from './engine.js';
import { toFormatError } from './format-reasons.js';

/** A stream in chunks of any size. Each chunk is used up before the next one is asked for. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The exports of a job that take its input and work on it. */
export interface FedJob {
  /** Where the next bytes go, and how many of them fit. */
  readonly input: () => number;
  readonly room: () => number;
  readonly feed: (length: number) => void;
  readonly step: () => number;
  /** Hands the output out. It is called after every step that did not fail, with its outcome. */
  readonly flush: (step: number) => Promise<void> | void;
}

/** The input of a job that reads a delta. */
export function deltaInput({ exports }: Engine): Pick<FedJob, 'input' | 'room' | 'feed'> {
  return {
    input: () => exports.deltaInput(),
    room: () => exports.deltaInputCapacity(),
    feed: (length) => exports.deltaFeed(length),
  };
}

/** @throws DeltaFormatError when a step says that the input is wrong */
export async function feedAll(
  engine: Engine,
  chunks: Chunks,
  job: FedJob,
  checkpoint: Checkpoint,
): Promise<void> {
  for await (const chunk of chunks) {
    for (let done = 0; done < chunk.length;) {
      const piece = chunk.subarray(done, done + job.room());
      engine.view(job.input(), piece.length).set(piece);
      job.feed(piece.length);
      done += piece.length;
      await runSteps(engine, job, checkpoint);
    }
  }
}

/** Runs steps until one needs input or is the last. */
export async function runSteps(
  engine: Engine,
  job: Pick<FedJob, 'step' | 'flush'>,
  checkpoint: Checkpoint,
): Promise<void> {
  for (let step: number = STEP.again; step === STEP.again;) {
    step = job.step();
    if (step === STEP.error) throw toFormatError(engine.exports);
    await job.flush(step);
    await checkpoint();
  }
}
