// Makes a delta from a signature alone, for a basis that cannot be read: block by block, as librsync does.
// The delta is only as good as the sums of the signature. Whoever applies it must check the result with a
// digest, above all if the sums are MD4 or cut short (CVE-2014-8242). No command calls this: with it the
// engine does everything that rdiff does, and tests compare the two.
import { type Checkpoint, uninterrupted } from '../../system/time/checkpoint.js';
import { STEP } from '../../system/wasm/step.js';
import type { Emit } from '../engine/emit.js';
import { withEngine } from '../engine/engine.js';
import { type Chunks, feedAll, runSteps } from '../engine/feed.js';
import { toFormatError } from '../engine/format-reasons.js';

export interface DeltaFromSignatureOptions {
  readonly checkpoint?: Checkpoint;
}

/**
 * Writes a delta that rebuilds `result` from the file that has this signature. The signature is held in
 * memory (256 MiB of it at most), and so are the bytes of one block.
 * @throws DeltaFormatError when the signature is damaged
 */
export async function deltaFromSignature(
  signature: Chunks,
  result: Chunks,
  emit: Emit,
  options: DeltaFromSignatureOptions = {},
): Promise<void> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  await withEngine({}, async (engine) => {
    const { exports, view } = engine;

    exports.matchOpen();
    let fedBytes = 0;
    const reading = {
      input: () => exports.matchSignatureInput(),
      room: () => exports.matchSignatureCapacity(),
      feed: (length: number) => {
        fedBytes = length;
      },
      step: () => exports.matchSignatureFeed(fedBytes),
      flush: () => {},
    };
    await feedAll(engine, signature, reading, checkpoint);
    if (exports.matchReady() === STEP.error) throw toFormatError(exports);

    const matching = {
      input: () => exports.matchInput(),
      room: () => exports.matchRoom(),
      feed: (length: number) => exports.matchFeed(length),
      step: () => exports.matchStep(),
      flush: async (): Promise<void> => {
        const length = exports.takeWriterOutput();
        if (length > 0) await emit(view(exports.writerOutput(), length));
      },
    };
    await feedAll(engine, result, matching, checkpoint);
    exports.matchFinish();
    await runSteps(engine, matching, checkpoint);
  });
}
