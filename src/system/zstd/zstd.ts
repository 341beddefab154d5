// zstd compression in a stream, the same on every Node.js: one frame with a checksum of its content,
// as `zstd` writes it and `zstd -d` reads it without options. Exactly such a frame is accepted, see
// zstd-frame.ts; of several in a row (`cat a.zst b.zst`) the second counts as data after the end,
// since this program never writes that.
import { CorruptError, InstallationError } from '../../errors.js';
import { programVersion } from '../installation/program-version.js';
import { rebuildCommand } from '../installation/rebuild-command.js';
import { loadAddonCodec } from './zstd-addon.js';
import { builtinCodec } from './zstd-builtin.js';
import type { ByteChunks, EmitBytes, ZstdCodec, ZstdWriter } from './zstd-codec.js';
import { ZstdFrameScanner } from './zstd-frame.js';

export type { ByteChunks, EmitBytes, ZstdWriter } from './zstd-codec.js';

/** Higher levels use windows above what is accepted when reading. */
const MAX_LEVEL = 19;

/**
 * Makes sure that there is zstd, before anything is written that needs it.
 * @throws InstallationError
 */
export async function requireZstd(): Promise<void> {
  await loadCodec();
}

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
 * The content of one frame, for which there must be memory. Errors as in zstdDecompress, and
 * CorruptError where it has more than `maxBytes`.
 */
export async function zstdDecompressBuffer(bytes: Uint8Array, maxBytes: number): Promise<Buffer> {
  const scanner = new ZstdFrameScanner();
  scanner.push(bytes);
  scanner.finish();
  const content = (await loadCodec()).decompressWhole(bytes, maxBytes);
  if (content === null) {
    throw new CorruptError(`zstd frame holds more than the ${maxBytes} bytes it may`);
  }
  return content;
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
    throw isAbsent(cause) ? absentError(cause) : notBuiltError(cause);
  }
}

const OTHER_WAY = 'use Node.js 22.15 or newer';

/** Whether the package itself is not there, rather than its compiled part. */
function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
}

/** Where an optional package could not be compiled, npm leaves it out and says nothing. */
function absentError(cause: unknown): InstallationError {
  const archive = `${programVersion().replace(' ', '-')}.tgz`;
  return new InstallationError(
    `zstd is missing: Node.js ${process.version} has none, and zstd-napi is not installed`,
    {
      part: 'zstd-napi',
      hint: `run 'apt install g++ make python3' and 'npm install -g --include=optional ./${archive}', or ${OTHER_WAY}`,
      cause,
    },
  );
}

function notBuiltError(cause: unknown): InstallationError {
  return new InstallationError(
    `zstd is missing: Node.js ${process.version} has none, and zstd-napi was not built for it`,
    { part: 'zstd-napi', hint: `run '${rebuildCommand('zstd-napi')}', or ${OTHER_WAY}`, cause },
  );
}
