// zstd compression in a stream, the same on every Node.js: one frame with a checksum of its content,
// as `zstd` writes it and `zstd -d` reads it without options. Exactly such a frame is accepted, see
// zstd-frame.ts; of several in a row (`cat a.zst b.zst`) the second counts as data after the end,
// since this program never writes that.
import { CorruptError, InstallationError } from '../errors.js';
import { loadAddonCodec } from './zstd-addon.js';
import { builtinCodec } from './zstd-builtin.js';
import type { ByteChunks, EmitBytes, ZstdCodec, ZstdWriter } from './zstd-codec.js';
import { ZstdFrameScanner } from './zstd-frame.js';

export type { ByteChunks, EmitBytes, ZstdWriter } from './zstd-codec.js';

/** Higher levels use windows above what is accepted when reading. */
const MAX_LEVEL = 19;

/**
 * A writer that compresses what is written to it and hands the frame's bytes to `emit` as they come.
 * @param level 1 to 19
 * @throws InstallationError when there is no zstd to be had
 */
export async function createZstdWriter(level: number, emit: EmitBytes): Promise<ZstdWriter> {
  if (!Number.isInteger(level) || level < 1 || level > MAX_LEVEL) {
    throw new RangeError(`zstd level ${level} is not between 1 and ${MAX_LEVEL}`);
  }
  return (await loadCodec()).createWriter(level, emit);
}

/**
 * The content of the frame that `chunks` hold, in pieces of at most 128 KiB that are the caller's to
 * keep. Memory is bounded whatever the frame says. Ending the iteration early ends `chunks` too.
 * @throws CorruptError when the data are no whole, single, intact frame: at the latest in place of
 *   the end, so whoever has seen the end has seen everything. What `chunks` throws goes through.
 * @throws InstallationError when there is no zstd to be had
 */
export async function* zstdDecompress(
  chunks: ByteChunks,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* (await loadCodec()).decompress(scanned(chunks));
}

/** Compresses a buffer to one frame. Errors as in createZstdWriter. */
export async function zstdCompressBuffer(bytes: Uint8Array, level: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const writer = await createZstdWriter(level, (piece) => pieces.push(Buffer.from(piece)));
  await writer.write(bytes);
  await writer.finish();
  return Buffer.concat(pieces);
}

/**
 * The content of one frame. Errors as in zstdDecompress, and CorruptError as soon as there are more
 * than `maxBytes`.
 */
export async function zstdDecompressBuffer(bytes: Uint8Array, maxBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of zstdDecompress([bytes])) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) {
      throw new CorruptError(`zstd frame holds more than the ${maxBytes} bytes it may`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function* scanned(chunks: ByteChunks): AsyncGenerator<Uint8Array, void, undefined> {
  const scanner = new ZstdFrameScanner();
  for await (const chunk of chunks) {
    scanner.push(chunk);
    yield chunk;
  }
  scanner.finish();
}

let loading: Promise<ZstdCodec> | null = null;

function loadCodec(): Promise<ZstdCodec> {
  loading ??= findCodec();
  return loading;
}

async function findCodec(): Promise<ZstdCodec> {
  const builtin = builtinCodec();
  if (builtin !== null) return builtin;
  try {
    return await loadAddonCodec();
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw new InstallationError(
      `zstd is missing: this Node.js (${process.version}) has none and zstd-napi ${isAbsent ? 'is not installed' : 'was not built for it'}`,
      { hint: isAbsent ? HINT_ABSENT : HINT_NOT_BUILT, cause },
    );
  }
}

const HINT_ABSENT =
  "install a C++ compiler (on Debian 'apt install g++ make python3') and redis-rewind again with its optional packages ('npm install -g --include=optional redis-rewind'), or use Node.js 22.15 or newer";
const HINT_NOT_BUILT =
  "run 'npm rebuild zstd-napi' in the folder of redis-rewind, or 'npm install -g' it again, or use Node.js 22.15 or newer";
