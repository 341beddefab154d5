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
  const wantedBytes = neededBytes + OVERHEAD_BYTES;
  if (freeBytes >= wantedBytes) return;
  throw new NoSpaceError(
    `not enough space for '${formatPath(path)}': ${wantedBytes} bytes are needed, ${freeBytes} are free`,
    {
      path,
      neededBytes: wantedBytes,
      freeBytes,
      hint: 'free some space on that file system and run again',
    },
  );
}
