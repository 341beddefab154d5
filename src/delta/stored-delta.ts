// Reads increments as they are stored: a delta or a full copy, in one zstd frame.
import { CorruptError } from '../errors.js';
import type { BytePath } from '../system/files/byte-path.js';
import type { FileSystem } from '../system/files/file-system.js';
import { readFileChunks, readFileUpTo } from '../system/files/read-chunks.js';
import { zstdDecompress, zstdDecompressBuffer } from '../system/zstd/zstd.js';
import type { RunDelta } from './compose-tables.js';

export interface StoredIncrement {
  readonly id: number;
  readonly path: BytePath;
  /** Length of the increment after decompression. */
  readonly plainBytes: number;
}

export interface StoredDelta extends StoredIncrement {
  /** A delta whose result is longer than this is corrupt. */
  readonly maxResultBytes: number;
}

/** The deltas as composeTables takes them. */
export function toRun(fileSystem: FileSystem, deltas: readonly StoredDelta[]): RunDelta[] {
  return deltas.map((delta) => ({
    open: () => readIncrement(fileSystem, delta),
    maxResultBytes: delta.maxResultBytes,
  }));
}

/** An increment of at most this length, stored and decompressed, is read and decompressed at once. */
const AT_ONCE_MOST_BYTES = 8 << 20;

/**
 * The bytes of an increment after decompression: exactly as many as are recorded.
 * @throws CorruptError when there are more or fewer, and SystemError with ENOENT when the file is gone
 */
export async function* readIncrement(
  fileSystem: FileSystem,
  { id, path, plainBytes }: StoredIncrement,
): AsyncGenerator<Uint8Array, void, undefined> {
  let count = 0;
  for await (const bytes of decompressed(fileSystem, path, plainBytes)) {
    count += bytes.length;
    if (count > plainBytes) break;
    yield bytes;
  }
  if (count !== plainBytes) {
    throw new CorruptError(`increment ${id} does not have the length recorded for it`, {
      incrementId: id,
    });
  }
}

/** A short increment comes in one piece: the increments of a chain are many, and most are small. */
async function* decompressed(
  fileSystem: FileSystem,
  path: BytePath,
  plainBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (plainBytes <= AT_ONCE_MOST_BYTES) {
    const stored = readFileUpTo(fileSystem, path, AT_ONCE_MOST_BYTES);
    if (stored !== null) {
      yield await zstdDecompressBuffer(stored, plainBytes);
      return;
    }
  }
  yield* zstdDecompress(readFileChunks(fileSystem, path));
}
