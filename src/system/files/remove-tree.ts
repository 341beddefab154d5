// Deletes a whole tree through a FileSystem, so that crash tests see each call.
import { type BytePath, joinPath } from './byte-path.js';
import type { FileSystem } from './file-system.js';
import { setMode } from './metadata/set-mode.js';

/** Deletes a file, a link, or a directory with everything in it. Links are not followed. */
export function removeTree(fileSystem: FileSystem, path: BytePath): void {
  const stat = fileSystem.stat(path);
  if (stat === null) return;
  if (!stat.isDirectory()) {
    fileSystem.unlink(path);
    return;
  }
  if ((stat.mode & 0o700n) !== 0o700n) setMode(fileSystem, path, 0o700);
  for (const name of fileSystem.list(path)) removeTree(fileSystem, joinPath(path, name));
  fileSystem.removeDirectory(path);
}
