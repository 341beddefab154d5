// Removing an empty repository that this run has made and could not fill: a backup that fails leaves
// nothing new behind. It happens under the writers' lock. The catalog goes first: an interruption leaves an
// unfinished creation, which the next backup finishes. A writer that waits for the lock meanwhile sees
// that the lock's file is gone (acquire-lock.ts), and begins again.
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
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
import { removeTree, syncDirectory } from '../staging.js';

/** Whether a repository without a snapshot holds nothing but what its creation has made. */
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
 * Removes a bare creation whose catalog is closed. The caller holds the writers' lock. The lock's file goes
 * last but for the folders, which are empty by then.
 * @param madeFolders by this run, each after its parent
 */
export function takeBackCreation(
  { fileSystem, path }: RepositoryPlace,
  madeFolders: readonly BytePath[],
): void {
  const data = dataPath(path);
  removeTree(fileSystem, catalogPath(path));
  for (const name of CREATION_NAMES) {
    const place = joinPath(data, name);
    if (place !== lockPath(path)) removeTree(fileSystem, place);
  }
  fileSystem.unlink(lockPath(path));
  removeEmptyFolders(fileSystem, madeFolders.includes(data) ? madeFolders : [...madeFolders, data]);
}

/** Removes folders, the last one first; stops at a folder that is gone or not empty. */
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
