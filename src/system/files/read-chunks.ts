// Reads bytes in order, in chunks of one buffer that is reused, and small files at once.
import { CorruptError } from '../../errors.js';
import { type BytePath, formatPath } from './byte-path.js';
import type { ByteReader } from './byte-reader.js';
import type { FileDescriptor, FileStat, FileSystem } from './file-system.js';

const CHUNK_BYTES = 1 << 20;

/** All bytes of a reader from `start` on. A chunk is valid until the next one is asked for. */
export function* readChunks(reader: ByteReader, start = 0): Generator<Uint8Array, void, undefined> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, reader.sizeBytes)));
  for (let position = start; position < reader.sizeBytes;) {
    const count = reader.read(buffer, position);
    position += count;
    yield buffer.subarray(0, count);
  }
}

/**
 * All bytes of a file; null for a file of more than `maxBytes`. Links are not followed.
 * @throws CorruptError where the path is that of a device, a FIFO or a folder
 */
export function readFileUpTo(
  fileSystem: FileSystem,
  path: BytePath,
  maxBytes: number,
): Buffer | null {
  const file = fileSystem.open(path, 'read');
  try {
    const sizeBytes = Number(requireFile(fileSystem, file, path).size);
    if (sizeBytes > maxBytes) return null;
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    return bytes.subarray(0, fileSystem.read(file, bytes, 0));
  } finally {
    fileSystem.close(file);
  }
}

/** All bytes of a file, in chunks as above. The file is open only during the iteration. Errors as above. */
export function* readFileChunks(
  fileSystem: FileSystem,
  path: BytePath,
): Generator<Uint8Array, void, undefined> {
  const file = fileSystem.open(path, 'read');
  try {
    requireFile(fileSystem, file, path);
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let position = 0; ;) {
      const count = fileSystem.read(file, buffer, position);
      if (count === 0) return;
      position += count;
      yield buffer.subarray(0, count);
    }
  } finally {
    fileSystem.close(file);
  }
}

function requireFile(fileSystem: FileSystem, file: FileDescriptor, path: BytePath): FileStat {
  const stat = fileSystem.statOpen(file);
  if (stat.isFile()) return stat;
  throw new CorruptError(`'${formatPath(path)}' is not a file`, { path });
}
