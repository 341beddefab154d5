// Deletes a file that may be gone already.
import type { BytePath } from './byte-path.js';
import { isErrno } from './errno.js';
import type { FileSystem } from './file-system.js';

/** @throws SystemError for any other trouble */
export function removeIfThere(fileSystem: Pick<FileSystem, 'unlink'>, path: BytePath): void {
  try {
    fileSystem.unlink(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
