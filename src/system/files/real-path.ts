// The real path of something that need not exist yet, such as a new repository or the destination of a
// restore.
import { type BytePath, baseName, joinPath, parentPath } from './byte-path.js';
import type { FileSystem } from './file-system.js';

/** Resolves the nearest parent that exists, and keeps the names below that parent as they are. */
export function realPathOfFuture(fileSystem: FileSystem, path: BytePath): BytePath {
  const real = fileSystem.realPath(path);
  if (real !== null || path === '/') return real ?? path;
  return joinPath(realPathOfFuture(fileSystem, parentPath(path)), baseName(path));
}
