// Sets the mode of one entry.
import type { BytePath } from '../byte-path.js';
import type { FileSystem } from '../file-system.js';

/** A symbolic link is not followed. @throws SystemError, also for a symbolic link, which has no mode */
export function setMode(fileSystem: FileSystem, path: BytePath, mode: number): void {
  const entry = fileSystem.open(path, 'entry');
  try {
    fileSystem.chmodOpen(entry, mode);
  } finally {
    fileSystem.close(entry);
  }
}
