// Tells REPO from PATH in `REPO/PATH`. PATH may no longer exist in the mirror, so a repository's own folder
// is looked for, from the whole path upwards.
import { NoRepositoryError } from '../../errors.js';
import { dataPath } from '../../repository/layout.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  parentPath,
  relativePath,
} from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';

export interface LocatedPath {
  readonly repository: BytePath;
  /** Inside the snapshot; '' is all of it. */
  readonly path: BytePath;
}

/**
 * @param whole absolute, without `.`, `..` or a slash at its end
 * @throws NoRepositoryError where no part of it is a repository
 */
export function locateRepository(fileSystem: FileSystem, whole: BytePath): LocatedPath {
  for (let repository = whole; ; repository = parentPath(repository)) {
    if (fileSystem.stat(dataPath(repository)) !== null) {
      return { repository, path: relativePath(whole, repository) };
    }
    if (repository === '/' || repository === ROOT) break;
  }
  throw new NoRepositoryError(`no repository at '${formatPath(whole)}' or above it`, {
    path: whole,
    hint: "name the folder that 'redis-rewind backup' wrote to, followed by the path inside it",
  });
}
