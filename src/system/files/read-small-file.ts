// Reads whole small files: passwords, certificates, configuration, manifests.
import { SystemError } from '../../errors.js';
import { type BytePath, formatPath } from './byte-path.js';
import type { FileDescriptor, FileSystem } from './file-system.js';

const MOST_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/**
 * All bytes of a file. Symbolic links are followed.
 * @throws SystemError where the file cannot be read, or is larger than 16 MiB
 */
export function readSmallFile(fileSystem: FileSystem, path: BytePath): Buffer {
  // A file that does not exist fails in `open`, so that the error has the path as it was given.
  const file = fileSystem.open(fileSystem.realPath(path) ?? path, 'read');
  try {
    return readSmallOpenFile(fileSystem, file, path);
  } finally {
    fileSystem.close(file);
  }
}

/** As readSmallFile, of an open file, with a bound of its own. @param path for messages */
export function readSmallOpenFile(
  fileSystem: FileSystem,
  file: FileDescriptor,
  path: BytePath,
  mostBytes = MOST_BYTES,
): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = fileSystem.read(file, chunk, position);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    position += count;
    if (position > mostBytes) {
      const reason = `larger than ${mostBytes >> 20} MiB`;
      const object = formatPath(path);
      throw new SystemError({ operation: 'read', object, path, errno: 'EFBIG', reason });
    }
  }
}
