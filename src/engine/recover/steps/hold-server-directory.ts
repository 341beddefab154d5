// Holds the directory of a recovery while files are moved or placed there. It may be in a folder of the server's user, who
// can give its name to another directory at any moment: to one of root's, which then would be filled and given away.
import { InTheWayError } from '../../../errors.js';
import { type BytePath, formatPath, parentPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import type { HeldFolder } from '../../../system/files/held-folders.js';
import type { DirectoryIdentity } from '../../../system/processes/server-processes.js';

/** As the journal has it. */
export interface ServerDirectory extends DirectoryIdentity {
  /** Real path. */
  readonly path: BytePath;
}

/** @throws InTheWayError where it is another directory than the one of the recovery; SystemError */
export function holdServerDirectory(
  fileSystem: FileSystem,
  directory: ServerDirectory,
): HeldFolder {
  const held = fileSystem.hold(directory.path);
  return requireSame(fileSystem, directory, held);
}

/**
 * Holds the folder that it is in too: a folder beside it is made and entered there. Below that one no link is followed until
 * the release, so nothing else may be done meanwhile. Throws what `holdServerDirectory` throws.
 */
export function holdWithParent(fileSystem: FileSystem, directory: ServerDirectory): HeldFolder {
  const parent = fileSystem.hold(parentPath(directory.path));
  // Its name is looked up in the folder that is held: both may have been exchanged together.
  requireSame(fileSystem, directory, parent);
  try {
    const own = holdServerDirectory(fileSystem, directory);
    return {
      release: () => {
        own.release();
        parent.release();
      },
    };
  } catch (error) {
    parent.release();
    throw error;
  }
}

function requireSame(
  fileSystem: FileSystem,
  { path, dev, ino }: ServerDirectory,
  held: HeldFolder,
): HeldFolder {
  const stat = fileSystem.stat(path);
  if (stat?.dev === dev && stat.ino === ino) return held;
  held.release();
  throw new InTheWayError(`'${formatPath(path)}' is another directory than before`, {
    path,
    hint: 'find out who has exchanged it, and put the former one back',
  });
}
