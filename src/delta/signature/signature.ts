// Makes librsync signatures: for each block of a file a rolling sum and a strong sum. Our own differ needs
// none. No command calls this: with it the engine does everything that rdiff does, and tests compare the
// two.
import { type Checkpoint, uninterrupted } from '../../system/time/checkpoint.js';
import type { Emit } from '../engine/emit.js';
import { withEngine } from '../engine/engine.js';
import { type Chunks, type FedJob, feedAll } from '../engine/feed.js';
import {
  DEFAULT_KIND,
  STRONG_MOST_BYTES,
  type SignatureKind,
  checkSignatureLengths,
  magicOf,
  recommendedBlockBytes,
} from './signature-format.js';

export interface SignatureOptions {
  readonly checkpoint?: Checkpoint;
  /** DEFAULT_KIND unless given. */
  readonly kind?: SignatureKind;
  /** 1 byte to 64 MiB. Unless given, what librsync recommends for an input of unknown length. */
  readonly blockBytes?: number;
  /** How many bytes of each strong sum are kept: all unless given. */
  readonly strongBytes?: number;
}

/**
 * Writes the signature of `input`, which is read once. Memory is bounded.
 * @throws UsageError when the kind cannot have these lengths
 */
export async function signature(
  input: Chunks,
  emit: Emit,
  options: SignatureOptions = {},
): Promise<void> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  const kind = options.kind ?? DEFAULT_KIND;
  const blockBytes = options.blockBytes ?? recommendedBlockBytes(null);
  const strongBytes = options.strongBytes ?? STRONG_MOST_BYTES[kind.strong];
  checkSignatureLengths(kind, blockBytes, strongBytes);
  await withEngine({}, async (engine) => {
    const { exports, view } = engine;

    async function flush(): Promise<void> {
      const length = exports.signatureTake();
      if (length > 0) await emit(view(exports.signatureOutput(), length));
    }

    exports.signatureOpen(magicOf(kind), blockBytes, strongBytes);
    const job: FedJob = {
      input: () => exports.signatureInput(),
      room: () => exports.signatureInputCapacity(),
      feed: (length) => exports.signatureFeed(length),
      step: () => exports.signatureStep(),
      flush,
    };
    await feedAll(engine, input, job, checkpoint);
    exports.signatureFinish();
    await flush();
  });
}
