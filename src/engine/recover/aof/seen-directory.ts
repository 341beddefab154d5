// The directory of a server, held open, where it can be seen from here. A server on another machine, or in a
// container with paths of its own, can still be told what to do.
import { ServerError } from '../../../errors.js';
import {
  type FoundDirectory,
  findDirectory,
  holdDirectory,
} from '../../../redis/server/find-directory.js';
import type { ReachedServer } from '../../../redis/server/live-server.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import type { HeldFolder } from '../../../system/files/held-folders.js';

export interface SeenDirectory extends FoundDirectory {
  readonly held: HeldFolder;
}

/**
 * Null where the directory is not on this machine, or where nothing proves that it is the server's. The caller releases it.
 * @throws SystemError
 */
export function findSeenDirectory(
  fileSystem: FileSystem,
  { connection, facts, settings }: ReachedServer,
): SeenDirectory | null {
  const { address, isLocal } = connection;
  try {
    const found = findDirectory({ fileSystem, address, isLocal, facts, settings, source: null });
    return found.isProved ? { ...found, held: holdDirectory(fileSystem, found, address) } : null;
  } catch (error) {
    if (error instanceof ServerError && error.trouble === 'directory') return null;
    throw error;
  }
}
