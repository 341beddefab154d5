// Tells REPO from PATH in `REPO/PATH`. PATH may no longer exist in the mirror, so a repository's own folder
// is looked for, from the whole path upwards.
import { dataPath } from '../../repository/layout.js';
import { noRepositoryAt } from '../../repository/open/no-repository.js';
import { type BytePath, ROOT, parentPath, relativePath } from '../../system/files/byte-path.js';
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
  throw noRepositoryAt(fileSystem, whole);
}
