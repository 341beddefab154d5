// Checks, before anything is written, whether a file system has enough room.
import { NoSpaceError } from '../../errors.js';
import { type BytePath, formatPath, parentPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { formatSize } from '../../system/text/format-size.js';

/** For the catalog, its journal and its copy, in addition to the files. */
const OVERHEAD_BYTES = 256 * 1024;

/**
 * @param path where files will be written; the path need not exist yet
 * @throws NoSpaceError
 */
export function requireFreeSpace(
  fileSystem: FileSystem,
  path: BytePath,
  neededBytes: number,
): void {
  requireFreeBytes(path, neededBytes, freeBytesAt(fileSystem, path));
}

/** As `requireFreeSpace`, of a file system whose free bytes are known. */
export function requireFreeBytes(
  path: BytePath,
  neededBytes: number,
  freeBytes: number,
  hint = 'free some space on that file system and run again',
): void {
  const wantedBytes = neededBytes + OVERHEAD_BYTES;
  if (freeBytes >= wantedBytes) return;
  throw new NoSpaceError(
    `not enough space for '${formatPath(path)}': ${formatSize(wantedBytes)} are needed, ${formatSize(freeBytes)} are free`,
    {
      path,
      neededBytes: wantedBytes,
      freeBytes,
      hint,
    },
  );
}

/** How many bytes of files have room. */
export function usableBytes(freeBytes: number): number {
  return freeBytes - OVERHEAD_BYTES;
}

/** @param path as in `requireFreeSpace` */
export function freeBytesAt(fileSystem: FileSystem, path: BytePath): number {
  let existing = path;
  while (fileSystem.realPath(existing) === null && existing !== '/')
    existing = parentPath(existing);
  return fileSystem.freeBytes(existing);
}
