// Applies a librsync delta to its basis. The delta is read as it comes, in pieces of any size; output
// comes in long pieces whatever the delta's commands are. A delta is not trusted: every command is
// checked against the basis, and against the expected length of the result where that is given.
import type { ByteReader } from '../system/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/checkpoint.js';
import { deltaFormatError } from './delta-errors.js';
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
  delta: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  emit: Emit,
  options: PatchOptions = {},
): Promise<PatchSummary> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  const maxResultBytes = options.maxResultBytes ?? Number.MAX_SAFE_INTEGER;
  return withEngine({ sources: { [SOURCE.basis]: basis } }, async (engine) => {
    const { exports, view } = engine;
    let resultBytes = 0;

    async function flush(): Promise<void> {
      const length = exports.patchTake();
      if (length === 0) return;
      resultBytes += length;
      await emit(view(exports.patchOutput(), length));
    }

    exports.patchOpen(basis.sizeBytes, maxResultBytes);
    const capacity = exports.patchInputCapacity();
    for await (const chunk of delta) {
      for (let done = 0; done < chunk.length; done += capacity) {
        const piece = chunk.subarray(done, done + capacity);
        view(exports.patchInput(), piece.length).set(piece);
        exports.patchFeed(piece.length);
        let step = exports.patchStep();
        while (step === STEP.outputFull) {
          await flush();
          await checkpoint();
          step = exports.patchStep();
        }
        if (step === STEP.error) throw deltaFormatError(exports);
      }
      await checkpoint();
    }
    if (exports.patchFinish() === STEP.error) throw deltaFormatError(exports);
    await flush();
    return { resultBytes };
  });
}
