// Applies a librsync delta to its basis. The delta is read as it comes, in pieces of any size; output
// comes in long pieces whatever the delta's commands are. A delta is not trusted: every command is
// checked against the basis, and against the expected length of the result where that is given.
import type { ByteReader } from '../system/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/checkpoint.js';
import { type Chunks, type FedJob, feedAll } from './feed.js';
import { formatError } from './format-reasons.js';
import type { Emit } from './emit.js';
import { SOURCE, withEngine } from './engine.js';
import { STEP } from './engine-exports.js';

export interface PatchOptions {
  readonly checkpoint?: Checkpoint;
  /** A delta whose result is longer than this is corrupt. */
  readonly maxResultBytes?: number;
}

export interface PatchSummary {
  readonly resultBytes: number;
}

/**
 * Rebuilds the result of `delta` from `basis`. The delta is read to its end; nothing else is emitted
 * after a failure, but what came before has been: a caller keeps the result only on success.
 * @throws DeltaFormatError when the delta is damaged or does not fit the basis.
 */
export async function patch(
  basis: ByteReader,
  delta: Chunks,
  emit: Emit,
  options: PatchOptions = {},
): Promise<PatchSummary> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  const maxResultBytes = Math.min(options.maxResultBytes ?? Infinity, Number.MAX_SAFE_INTEGER);
  return withEngine({ sources: { [SOURCE.basis]: basis } }, async (engine) => {
    const { exports, view } = engine;
    let resultBytes = 0;

    async function flush(): Promise<void> {
      const length = exports.patchTake();
      resultBytes += length;
      if (length > 0) await emit(view(exports.patchOutput(), length));
    }

    exports.patchOpen(basis.sizeBytes, maxResultBytes);
    const job: FedJob = {
      input: () => exports.patchInput(),
      room: () => exports.patchInputCapacity(),
      feed: (length) => exports.patchFeed(length),
      step: () => exports.patchStep(),
      // Only what fills the buffer, so that small commands still make long writes.
      flush: (step) => (step === STEP.again ? flush() : undefined),
    };
    await feedAll(engine, delta, job, checkpoint);
    if (exports.patchFinish() === STEP.error) throw formatError(exports);
    await flush();
    return { resultBytes };
  });
}
