// Whether a file system has room for what is about to be written, asked before anything is.
import { NoSpaceError } from '../../errors.js';
import { type BytePath, formatPath, parentPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';

/** Room for the catalog, its journal and its copy, beside the files themselves. */
const OVERHEAD_BYTES = 256 * 1024;

/**
 * @param path where it will be written; it need not exist yet
 * @throws NoSpaceError
 */
export function requireFreeSpace(
  fileSystem: FileSystem,
  path: BytePath,
  neededBytes: number,
): void {
  let existing = path;
  while (fileSystem.realPath(existing) === null && existing !== '/')
    existing = parentPath(existing);
  const freeBytes = fileSystem.freeBytes(existing);
  if (freeBytes >= neededBytes + OVERHEAD_BYTES) return;
  throw new NoSpaceError(
    `not enough space for '${formatPath(path)}': ${neededBytes + OVERHEAD_BYTES} bytes are needed, ${freeBytes} are free`,
    { hint: 'free some space on that file system and run again' },
  );
}
