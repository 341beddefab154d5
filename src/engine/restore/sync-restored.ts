// Fsyncs the files and directories of a restore.
import type { BytePath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import type { RunContext } from '../run/run-context.js';

/** Makes files durable, with their metadata. */
export async function syncFiles(
  { fileSystem, checkpoint }: RunContext,
  paths: readonly BytePath[],
): Promise<void> {
  for (const path of paths) {
    await checkpoint();
    syncReadable(fileSystem, path, 'read');
  }
}

/** Makes directories durable, with the names in them and their own metadata. */
export function syncDirectories(fileSystem: FileSystem, paths: readonly BytePath[]): void {
  for (const path of paths) syncReadable(fileSystem, path, 'directory');
}

/**
 * Fsyncs a file or directory that this user may open. A recorded mode can forbid even its owner to open it;
 * the file system then writes the metadata later.
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
