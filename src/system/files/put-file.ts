// Puts a small file in its place as a whole: whoever reads it finds the former one or the new one, never a part. A link that has its
// name is replaced, and not followed.
import { type BytePath, baseName, joinPath, parentPath } from './byte-path.js';
import type { FileSystem } from './file-system.js';
import { removeIfThere } from './remove-if-there.js';

export interface NewFile {
  readonly path: BytePath;
  readonly text: string;
  readonly mode: number;
  /** Of this process. */
  readonly processId: number;
}

/** The caller holds the folder open where it may be somebody else's. @throws SystemError */
export function putFile(fileSystem: FileSystem, { path, text, mode, processId }: NewFile): void {
  const name = `.${baseName(path)}.redis-rewind-${processId}` as BytePath;
  const temporary = joinPath(parentPath(path), name);
  removeIfThere(fileSystem, temporary);
  const file = fileSystem.open(temporary, 'create');
  try {
    fileSystem.write(file, Buffer.from(text, 'utf8'), 0);
    fileSystem.chmodOpen(file, mode);
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
  fileSystem.rename(temporary, path);
}
