// zstd through the zlib of Node.js, which compresses on threads of its own. The types of Node.js 20 do not
// have zstd, so the parts that are used are declared here.
import { once } from 'node:events';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import {
  type EmitBytes,
  PIECE_BYTES,
  type ZstdCodec,
  type ZstdWriter,
  corruptZstd,
} from './zstd-codec.js';
import { MAX_WINDOW_LOG } from './zstd-frame.js';

/** Output comes in chunks of one size. Larger chunks are better, within the limits of Node.js. */
const LEAST_CHUNK_BYTES = 64;
const MOST_CHUNK_BYTES = 1 << 20;

interface ZstdOptions {
  readonly chunkSize: number;
  readonly params: Record<number, number>;
}

interface BuiltinZstd {
  createZstdCompress(options: ZstdOptions): Transform;
  createZstdDecompress(options: ZstdOptions): Transform;
  zstdDecompressSync(
    frame: Uint8Array,
    options: ZstdOptions & { readonly maxOutputLength: number },
  ): Buffer;
  readonly constants: Record<
    'ZSTD_c_compressionLevel' | 'ZSTD_c_checksumFlag' | 'ZSTD_d_windowLogMax',
    number
  >;
}

/** The codec; null where this Node.js has no zstd. */
export function builtinCodec(): ZstdCodec | null {
  const builtin = zlib as unknown as Partial<BuiltinZstd>;
  return builtin.createZstdCompress === undefined ? null : new BuiltinCodec(builtin as BuiltinZstd);
}

class BuiltinCodec implements ZstdCodec {
  readonly #zlib: BuiltinZstd;

  constructor(builtin: BuiltinZstd) {
    this.#zlib = builtin;
  }

  createWriter(level: number, emit: EmitBytes): ZstdWriter {
    const { constants } = this.#zlib;
    const stream = this.#zlib.createZstdCompress({
      chunkSize: PIECE_BYTES,
      params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
    });
    return new BuiltinWriter(stream, emit);
  }

  async *decompress(
    chunks: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const stream = this.#zlib.createZstdDecompress({
      chunkSize: PIECE_BYTES,
      params: { [this.#zlib.constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    });
    const source = chunks[Symbol.asyncIterator]();
    void feed(stream, source);
    try {
      for await (const piece of stream) yield piece as Buffer;
    } catch (error) {
      throw isZlibError(error) ? corruptZstd(error) : error;
    } finally {
      stream.destroy();
      await source.return?.();
    }
  }

  decompressWhole(frame: Uint8Array, maxBytes: number): Buffer | null {
    const maxOutputLength = Math.max(1, maxBytes);
    try {
      const content = this.#zlib.zstdDecompressSync(frame, {
        chunkSize: Math.max(LEAST_CHUNK_BYTES, Math.min(maxOutputLength, MOST_CHUNK_BYTES)),
        params: { [this.#zlib.constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
        maxOutputLength,
      });
      return content.length > maxBytes ? null : content;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null;
      throw isZlibError(error) ? corruptZstd(error) : error;
    }
  }
}

class BuiltinWriter implements ZstdWriter {
  readonly #stream: Transform;
  readonly #failed: Promise<never>;

  constructor(stream: Transform, emit: EmitBytes) {
    this.#stream = stream;
    this.#failed = new Promise((_resolve, reject) => {
      stream.once('error', reject);
    });
    // Every write and finish waits for this too. Where nobody waits, a failure must not end the process.
    this.#failed.catch(() => {});
    stream.on('data', (piece: Uint8Array) => {
      if (stream.destroyed) return;
      try {
        emit(piece);
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await Promise.race([writeWhole(this.#stream, bytes), this.#failed]);
  }

  async finish(): Promise<void> {
    const ended = once(this.#stream, 'end');
    this.#stream.end();
    await Promise.race([ended, this.#failed]);
  }
}

/** Gives the stream one chunk after the other, each after the stream has read the one before. */
async function feed(stream: Transform, source: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    for (;;) {
      const next = await source.next();
      if (next.done) break;
      if (next.value.length > 0) await writeWhole(stream, next.value);
    }
    stream.end();
  } catch (error) {
    stream.destroy(error as Error);
  }
}

/** Settles when the stream has read all of `bytes`. */
function writeWhole(stream: Transform, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** An error of zlib means that the bytes are wrong. An error of the source is not one of zlib. */
function isZlibError(error: unknown): boolean {
  return /^(ZSTD_|Z_)/.test((error as NodeJS.ErrnoException).code ?? '');
}
