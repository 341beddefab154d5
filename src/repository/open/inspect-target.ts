// What is at a path that is to become a repository. Nothing is changed.
import { InTheWayError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { CREATION_NAMES, DATA, dataPath, incrementsPath } from '../layout.js';

export type TargetState =
  /** Nothing is there, or an empty directory, or a creation that was cut off before its end. */
  | 'to-be-made'
  /** A repository, whole or damaged. */
  | 'repository';

/** @throws InTheWayError when the path is taken by something that is no repository */
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
    return isUnfinishedCreation(fileSystem, path, names) ? 'to-be-made' : 'repository';
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
 * Whether a directory holds a repository of which only the beginning was made: our folder alone, in
 * it nothing but names of a creation, and no increments. The catalog comes last, in one rename.
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
