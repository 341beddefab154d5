// zstd through the optional package zstd-napi, for a Node.js whose zlib has no zstd. The calls of the addon
// are synchronous. Its contexts live until they are garbage collected, so the last one of each kind is
// reused instead of allocating a new one for every file.
import type * as Addon from 'zstd-napi/binding.js';
import {
  type EmitBytes,
  PIECE_BYTES,
  type ZstdCodec,
  type ZstdWriter,
  corruptZstd,
} from './zstd-codec.js';
import { MAX_WINDOW_LOG } from './zstd-frame.js';

type Binding = typeof Addon;

const NOTHING = new Uint8Array(0);

/** @throws the error of import where the package, or its compiled part, is missing */
export async function loadAddonCodec(): Promise<ZstdCodec> {
  const module = (await import('zstd-napi/binding.js')) as unknown as { default: Binding };
  return new AddonCodec(module.default);
}

class AddonCodec implements ZstdCodec {
  readonly #binding: Binding;
  #idleCompress: Addon.CCtx | null = null;
  #idleDecompress: Addon.DCtx | null = null;

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  createWriter(level: number, emit: EmitBytes): ZstdWriter {
    const { CCtx, CParameter, EndDirective, ResetDirective } = this.#binding;
    const context = this.#idleCompress ?? new CCtx();
    this.#idleCompress = null;
    context.reset(ResetDirective.sessionAndParameters);
    context.setParameter(CParameter.compressionLevel, level);
    context.setParameter(CParameter.checksumFlag, 1);
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    return {
      write: async (bytes) => {
        for (let rest = bytes; rest.length > 0;) {
          const [, produced, consumed] = context.compressStream2(
            piece,
            rest,
            EndDirective.continue,
          );
          rest = rest.subarray(consumed);
          if (produced > 0) emit(piece.subarray(0, produced));
        }
      },
      finish: async () => {
        for (let leftBytes = 1; leftBytes > 0;) {
          const [left, produced] = context.compressStream2(piece, NOTHING, EndDirective.end);
          leftBytes = left;
          if (produced > 0) emit(piece.subarray(0, produced));
        }
        this.#idleCompress = context;
      },
    };
  }

  async *decompress(
    chunks: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { DCtx, DParameter, ResetDirective } = this.#binding;
    const context = this.#idleDecompress ?? new DCtx();
    this.#idleDecompress = null;
    context.reset(ResetDirective.sessionAndParameters);
    context.setParameter(DParameter.windowLogMax, MAX_WINDOW_LOG);
    try {
      for await (const chunk of chunks) {
        let rest = chunk;
        // After a full piece, more output may come from input that was already read.
        for (let isFull = false; rest.length > 0 || isFull;) {
          const piece = Buffer.allocUnsafe(PIECE_BYTES);
          const [, produced, consumed] = decompressStep(context, piece, rest);
          rest = rest.subarray(consumed);
          isFull = produced === piece.length;
          if (produced > 0) yield piece.subarray(0, produced);
        }
      }
    } finally {
      this.#idleDecompress = context;
    }
  }

  decompressWhole(frame: Uint8Array, maxBytes: number): Buffer | null {
    const { DCtx } = this.#binding;
    const context = (this.#idleDecompress ??= new DCtx());
    const content = Buffer.allocUnsafeSlow(Math.max(1, maxBytes));
    try {
      const sizeBytes = context.decompress(content, frame);
      return sizeBytes > maxBytes ? null : content.subarray(0, sizeBytes);
    } catch (error) {
      if ((error as Error).message === OUTPUT_TOO_SMALL) return null;
      throw corruptZstd(error);
    }
  }
}

/** The text of ZSTD_error_dstSize_tooSmall. The addon does not pass on the number of the error. */
const OUTPUT_TOO_SMALL = 'Destination buffer is too small';

function decompressStep(
  context: Addon.DCtx,
  piece: Uint8Array,
  input: Uint8Array,
): [number, number, number] {
  try {
    return context.decompressStream(piece, input);
  } catch (error) {
    throw corruptZstd(error);
  }
}
