// Finds out what is at the path where a repository will be made. Changes nothing.
import { InTheWayError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { CREATION_NAMES, DATA, dataPath, incrementsPath } from '../layout.js';
import { BEGIN_ANEW, isOfRdiffBackup } from './no-repository.js';
import { requireOwnFolders } from './own-folders.js';

export type TargetState =
  /** Nothing is there, or an empty directory, or a creation that was cut off before its end. */
  | 'to-be-made'
  /** A repository, whole or damaged. */
  | 'repository';

/**
 * @throws InTheWayError when something that is not a repository is at the path; as requireOwnFolders where
 *   there is a repository
 */
export function inspectTarget(fileSystem: FileSystem, path: BytePath): TargetState {
  const stat = fileSystem.stat(path);
  if (stat === null) return 'to-be-made';
  const shown = formatPath(path);
  if (!stat.isDirectory()) {
    throw new InTheWayError(`'${shown}' is not a directory`, {
      path,
      hint: 'name a new or an empty directory for the repository',
    });
  }
  const names = fileSystem.list(path);
  if (names.includes(DATA)) {
    requireOwnFolders(fileSystem, path);
    return isUnfinishedCreation(fileSystem, path, names) ? 'to-be-made' : 'repository';
  }
  if (isOfRdiffBackup(fileSystem, path)) {
    throw new InTheWayError(`'${shown}' is a repository of rdiff-backup`, {
      path,
      hint: BEGIN_ANEW,
    });
  }
  if (names.length > 0) {
    throw new InTheWayError(`'${shown}' is not empty and holds no repository`, {
      path,
      hint: 'name a new or an empty directory for the repository',
    });
  }
  return 'to-be-made';
}

/**
 * Whether a directory holds an unfinished creation: only our folder, in it only names of a creation, and no
 * increments. There is no catalog yet, because a creation makes the catalog last.
 */
function isUnfinishedCreation(
  fileSystem: FileSystem,
  path: BytePath,
  names: readonly BytePath[],
): boolean {
  if (names.length > 1) return false;
  const increments = incrementsPath(path);
  const hasIncrements =
    fileSystem.stat(increments) !== null && fileSystem.list(increments).length > 0;
  return (
    !hasIncrements && fileSystem.list(dataPath(path)).every((name) => CREATION_NAMES.includes(name))
  );
}
