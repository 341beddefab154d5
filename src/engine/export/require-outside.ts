// An archive does not go into the repository that it is made of: it would lie in the mirror as a file of no snapshot, or
// take the place of a file that the repository needs.
import { UsageError } from '../../errors.js';
import {
  type BytePath,
  baseName,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';

/**
 * @param folder of the archive; null where it is not on this machine. It need not exist
 * @throws UsageError
 */
export function requireOutside(
  fileSystem: Pick<FileSystem, 'realPath'>,
  folder: BytePath | null,
  repository: BytePath,
): void {
  if (folder === null) return;
  const real = fileSystem.realPath(repository) ?? repository;
  if (!isWithin(realFolder(fileSystem, folder), real)) return;
  throw new UsageError(
    `the folder of the archive, '${formatPath(folder)}', is in the repository '${formatPath(real)}'`,
    { typed: formatPath(folder), hint: 'name a folder outside of it, best on another disk' },
  );
}

function realFolder(fileSystem: Pick<FileSystem, 'realPath'>, folder: BytePath): BytePath {
  const real = fileSystem.realPath(folder);
  if (real !== null || parentPath(folder) === folder) return real ?? folder;
  return joinPath(realFolder(fileSystem, parentPath(folder)), baseName(folder));
}
