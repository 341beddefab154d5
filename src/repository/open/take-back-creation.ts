// Taking an empty repository away again that a run has made and then could not fill: a backup that fails
// leaves nothing new behind. It happens under the writers' lock. Cut off at any step it leaves a creation
// that was begun, which the next backup finishes: the catalog goes first. A writer that waits for the lock
// meanwhile sees that its file is gone (acquire-lock.ts) and begins anew.
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
 * Takes away a bare creation whose catalog is closed. The caller holds the writers' lock, whose file goes,
 * too: nothing but emptied folders is left to be removed then.
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

/** Removes folders, the last one first, up to one that holds something, or is gone already. */
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
