// zstd compression in a stream, the same on every Node.js. Data are one frame with a checksum of the content,
// as `zstd` writes it and `zstd -d` reads it without options. Only such a frame is accepted (zstd-frame.ts).
// Two frames in a row (`cat a.zst b.zst`) are refused, since this program never writes them.
import { CorruptError, InstallationError } from '../../errors.js';
import { programVersion } from '../installation/program-version.js';
import { rebuildCommand } from '../installation/rebuild-command.js';
import { loadAddonCodec } from './zstd-addon.js';
import { builtinCodec } from './zstd-builtin.js';
import type { ByteChunks, EmitBytes, ZstdCodec, ZstdWriter } from './zstd-codec.js';
import { ZstdFrameScanner } from './zstd-frame.js';

export type { ByteChunks, EmitBytes, ZstdWriter } from './zstd-codec.js';

/** Higher levels use larger windows than reading accepts. */
const MAX_LEVEL = 19;

/**
 * Makes sure that zstd is available, before anything is written that needs zstd.
 * @throws InstallationError
 */
export async function requireZstd(): Promise<void> {
  await loadCodec();
}

/**
 * A writer that compresses what it is given, and hands the bytes of the frame to `emit` as they come.
 * @param level 1 to 19
 * @throws InstallationError where zstd is not available
 */
export async function createZstdWriter(level: number, emit: EmitBytes): Promise<ZstdWriter> {
  if (!Number.isInteger(level) || level < 1 || level > MAX_LEVEL) {
    throw new RangeError(`zstd level ${level} is not between 1 and ${MAX_LEVEL}`);
  }
  return (await loadCodec()).createWriter(level, emit);
}

/**
 * The content of the frame in `chunks`, in pieces of at most 128 KiB that the caller may keep. Memory is
 * bounded, whatever the frame says. Ending the iteration early also ends `chunks`.
 * @throws CorruptError where the data are not one whole, intact frame. The error comes at the end at the
 *   latest, so an iteration that ends without it has given everything. Errors of `chunks` are passed on.
 * @throws InstallationError where zstd is not available
 */
export async function* zstdDecompress(
  chunks: ByteChunks,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* (await loadCodec()).decompress(scanned(chunks));
}

/** Compresses a buffer to one frame. @throws as createZstdWriter */
export async function zstdCompressBuffer(bytes: Uint8Array, level: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const writer = await createZstdWriter(level, (piece) => pieces.push(Buffer.from(piece)));
  await writer.write(bytes);
  await writer.finish();
  return Buffer.concat(pieces);
}

/**
 * The content of one frame, which must fit in memory.
 * @throws CorruptError where the content is larger than `maxBytes`; otherwise as zstdDecompress
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

/** Whether the package itself is missing, and not only its compiled part. */
function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
}

/** npm silently leaves out an optional package that it could not compile. */
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
