// What this program needs from a zstd library. There are two libraries: the zlib of Node.js, which has zstd
// from 22.15 on, and the optional package zstd-napi.
import { CorruptError } from '../../errors.js';

export interface ZstdWriter {
  /** Compresses all of `bytes`. When the promise settles they have been read and may be overwritten. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the frame, after which nothing may be written. When the promise settles, all is emitted. */
  finish(): Promise<void>;
}

/** Takes compressed bytes, which are valid until it returns. Its errors reject `write` or `finish`. */
export type EmitBytes = (bytes: Uint8Array) => void;

/** Bytes in chunks. Each chunk is used up before the next one is asked for, so a buffer may be reused. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface ZstdCodec {
  /** Writes one frame with a checksum of its content. */
  createWriter(level: number, emit: EmitBytes): ZstdWriter;
  /**
   * The content of one frame, in pieces that the caller may keep. Input is read as output is asked for. The
   * caller checks the outline of the frame, and that the frame is whole.
   * @throws CorruptError where the library cannot decompress the frame. Errors of `chunks` are passed on.
   */
  decompress(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined>;
  /**
   * The content of one frame, at once and on this thread: the fastest way for many small frames. Null for
   * more than `maxBytes`. That much memory may be allocated.
   * @throws CorruptError where the library cannot decompress the frame
   */
  decompressWhole(frame: Uint8Array, maxBytes: number): Buffer | null;
}

/** The size of decompressed pieces: the largest block of zstd. */
export const PIECE_BYTES = 128 * 1024;

/** @param error of the library */
export function corruptZstd(error: unknown): CorruptError {
  return new CorruptError(`zstd data cannot be decompressed: ${(error as Error).message}`, {
    cause: error,
  });
}
