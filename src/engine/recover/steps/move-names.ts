// Moves files of a server from one folder to another: out of the way, and back. Done twice, it is as done once, so that a run
// that was killed can be continued. Nothing is ever replaced or deleted.
import { InTheWayError } from '../../../errors.js';
import { syncDirectory } from '../../../repository/staging.js';
import {
  type BytePath,
  formatPath,
  joinPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import type { HeldFolder } from '../../../system/files/held-folders.js';

export interface NamesMove {
  /** Both are held, so that nobody can put another folder in their place. */
  readonly from: BytePath;
  readonly to: BytePath;
  readonly names: readonly BytePath[];
}

/**
 * Each name is moved by one rename. A kill leaves each of them in one of the two folders. Durable on return.
 * @throws InTheWayError where a name is in both folders, before anything is moved; SystemError
 */
export function moveNames(fileSystem: FileSystem, { from, to, names }: NamesMove): void {
  const left = names.filter((name) => fileSystem.stat(joinPath(from, name)) !== null);
  for (const name of left) {
    const target = joinPath(to, name);
    if (fileSystem.stat(target) !== null) throw inBoth(joinPath(from, name), target);
  }
  for (const name of left) fileSystem.rename(joinPath(from, name), joinPath(to, name));
  syncDirectory(fileSystem, to);
  syncDirectory(fileSystem, from);
}

function inBoth(path: BytePath, target: BytePath): InTheWayError {
  return new InTheWayError(
    `'${formatPath(path)}' is in the way: '${formatPath(target)}' was moved there before`,
    {
      path,
      hint: 'another program has made it meanwhile, such as a server that was started: stop that, and move its file away by hand',
    },
  );
}

/**
 * Makes the folder for what is moved out of the way, or finds it again, and holds it. It may be in a folder of the server's
 * user: nobody else may enter it. The folder that it is in is held.
 * @throws InTheWayError where somebody else has made it; SystemError
 */
export function holdAside(fileSystem: FileSystem, path: BytePath, uid: number): HeldFolder {
  if (fileSystem.stat(path) === null) {
    fileSystem.makeDirectory(path, 0o700);
    syncDirectory(fileSystem, parentPath(path));
  }
  const held = fileSystem.hold(path);
  const stat = fileSystem.stat(path);
  if (stat !== null && Number(stat.uid) === uid && (stat.mode & 0o077n) === 0n) return held;
  held.release();
  throw new InTheWayError(`'${formatPath(path)}' is not the folder of this recovery`, {
    path,
    hint: 'find out who has made it, and move it away',
  });
}
