// Removes an empty repository that this run has made: a first backup that fails leaves nothing behind. The
// caller holds the writers' lock. The catalog is deleted first, so an interruption leaves an unfinished
// creation, which the next backup finishes. Another writer may wait for the lock. This writer then sees that
// the lock's file is gone (acquire-lock.ts), and begins again.
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { removeTree } from '../../system/files/remove-tree.js';
import {
  CATALOG_NAME,
  CREATION_NAMES,
  DATA,
  STAGING_PARTS,
  catalogPath,
  dataPath,
  incrementsPath,
  lockPath,
  stagingPartPath,
  stagingPath,
} from '../layout.js';
import type { RepositoryPlace } from '../repository-place.js';
import { syncDirectory } from '../staging.js';

/** Whether a repository without a snapshot holds only what its creation has made. */
export function isBareCreation({ fileSystem, path }: RepositoryPlace): boolean {
  const holdsOnly = (folder: BytePath, known: readonly string[]): boolean =>
    fileSystem.stat(folder) === null ||
    fileSystem.list(folder).every((name) => known.includes(name));
  return (
    holdsOnly(path, [DATA]) &&
    holdsOnly(dataPath(path), [...CREATION_NAMES, CATALOG_NAME]) &&
    holdsOnly(incrementsPath(path), []) &&
    holdsOnly(stagingPath(path), STAGING_PARTS) &&
    STAGING_PARTS.every((part) => holdsOnly(stagingPartPath(path, part), []))
  );
}

/**
 * Removes a bare creation. The caller has closed the catalog and holds the writers' lock. The lock's file is
 * the last file to be deleted. Then only empty folders are left, and they are removed.
 * @param madeFolders the folders that this run has made, each after its parent
 */
export function takeBackCreation(
  { fileSystem, path }: RepositoryPlace,
  madeFolders: readonly BytePath[],
): void {
  const data = dataPath(path);
  removeTree(fileSystem, catalogPath(path));
  for (const name of CREATION_NAMES) {
    const entry = joinPath(data, name);
    if (entry !== lockPath(path)) removeTree(fileSystem, entry);
  }
  fileSystem.unlink(lockPath(path));
  removeEmptyFolders(fileSystem, madeFolders.includes(data) ? madeFolders : [...madeFolders, data]);
}

/** Removes folders, the last one first. Stops at a folder that is gone or not empty. */
export function removeEmptyFolders(fileSystem: FileSystem, folders: readonly BytePath[]): void {
  for (const folder of folders.toReversed()) {
    try {
      fileSystem.removeDirectory(folder);
    } catch (error) {
      if (isErrno(error, 'ENOTEMPTY') || isErrno(error, 'ENOENT')) return;
      throw error;
    }
    syncDirectory(fileSystem, parentPath(folder));
  }
}
