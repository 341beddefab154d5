// Applies a librsync delta to its basis while the delta arrives, in pieces of any size. The output comes
// in long pieces, whatever the commands of the delta are. A delta is not trusted: every command is checked
// against the basis, and against the expected length of the result if that is known.
import type { ByteReader } from '../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import { STEP } from '../system/wasm/step.js';
import type { Emit } from './engine/emit.js';
import { SOURCE, withEngine } from './engine/engine.js';
import { type Chunks, type FedJob, deltaInput, feedAll, runSteps } from './engine/feed.js';
import { toFormatError } from './engine/format-reasons.js';
import { DEFAULT_WINDOW_BYTES, GatherOutput } from './engine/gather.js';

export interface PatchOptions {
  readonly checkpoint?: Checkpoint;
  /** A delta whose result is longer than this is corrupt. */
  readonly maxResultBytes?: number;
  /** How much of the result is built at a time, at most: this bounds the memory. */
  readonly windowBytes?: number;
}

export interface PatchSummary {
  readonly resultBytes: number;
}

/**
 * Rebuilds the result of `delta` from `basis`. Output is emitted while the delta is read, so a caller must
 * keep the result only on success. After a failure nothing more is emitted.
 * @throws DeltaFormatError when the delta is damaged or does not fit the basis
 */
export async function patch(
  basis: ByteReader,
  delta: Chunks,
  emit: Emit,
  options: PatchOptions = {},
): Promise<PatchSummary> {
  const { checkpoint = uninterrupted, windowBytes = DEFAULT_WINDOW_BYTES } = options;
  const maxResultBytes = Math.min(options.maxResultBytes ?? Infinity, Number.MAX_SAFE_INTEGER);
  return withEngine({ sources: { [SOURCE.basis]: basis } }, async (engine) => {
    const { exports } = engine;
    const output = new GatherOutput(engine, emit);
    exports.patchOpen(basis.sizeBytes, maxResultBytes, windowBytes);
    const job: FedJob = {
      ...deltaInput(engine),
      step: () => exports.patchStep(),
      flush: () => output.flush(),
    };
    await feedAll(engine, delta, job, checkpoint);
    if (exports.patchFinish() === STEP.error) throw toFormatError(exports);
    await runSteps(engine, job, checkpoint);
    return { resultBytes: output.emittedBytes };
  });
}
