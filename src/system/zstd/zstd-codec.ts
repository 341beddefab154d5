// What a zstd library does for this program. There are two: Node's own zlib, which has zstd from
// 22.15 on, and the optional package zstd-napi.

export interface ZstdWriter {
  /** Compresses all of `bytes`; once the promise has settled they have been read and may be overwritten. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the frame; once the promise has settled everything has been emitted. Nothing may follow. */
  finish(): Promise<void>;
}

/** Takes compressed bytes, which are valid until it returns. What it throws, write or finish rejects with. */
export type EmitBytes = (bytes: Uint8Array) => void;

/** Bytes in pieces; each is read to its end before the next is asked for, so that a buffer may serve again. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface ZstdCodec {
  /** Writes one frame with a checksum of its content. */
  createWriter(level: number, emit: EmitBytes): ZstdWriter;
  /**
   * The content of one frame, in pieces that are the caller's to keep. Input is read as output is
   * asked for. The frame's outline has been checked; whether it is whole is checked by the caller.
   * @throws CorruptError when the library cannot decompress it; what `chunks` throws goes through.
   */
  decompress(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined>;
  /**
   * The content of one frame, at once and on this thread: what many small frames are best read with.
   * Null where it has more than `maxBytes`, for which there must be memory.
   * @throws CorruptError when the library cannot decompress it.
   */
  decompressWhole(frame: Uint8Array, maxBytes: number): Buffer | null;
}

/** Size of the pieces that decompression gives; zstd's largest block. */
export const PIECE_BYTES = 128 * 1024;
