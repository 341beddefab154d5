// Making what a restore has made durable.
import type { BytePath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import type { RunContext } from '../run/run-context.js';

/** Makes files and their metadata durable. */
export async function syncFiles(
  { fileSystem, checkpoint }: RunContext,
  paths: readonly BytePath[],
): Promise<void> {
  for (const path of paths) {
    await checkpoint();
    syncReadable(fileSystem, path, 'read');
  }
}

/** Makes the names in directories durable, and the directories' own metadata. */
export function syncDirectories(fileSystem: FileSystem, paths: readonly BytePath[]): void {
  for (const path of paths) syncReadable(fileSystem, path, 'directory');
}

/**
 * Fsyncs what this user may open. Where the recorded mode does not even let the owner read, the file
 * system writes the metadata in its own time.
 */
function syncReadable(fileSystem: FileSystem, path: BytePath, mode: 'read' | 'directory'): void {
  let file: FileDescriptor;
  try {
    file = fileSystem.open(path, mode);
  } catch (error) {
    if (isErrno(error, 'EACCES')) return;
    throw error;
  }
  try {
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
}
