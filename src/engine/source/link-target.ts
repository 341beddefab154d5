// Where a symbolic link leads in the end, worked out from the links on the way. Unlike realpath(3) this also
// works where nothing is there, or where a folder on the way may not be entered.
import { SystemError } from '../../errors.js';
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { append } from '../../system/lists/lists.js';

/** The kernel's limit (MAXSYMLINKS). It ends a circle of links. */
const MOST_LINKS = 40;

/**
 * @param folder real path of the directory in which the link stands
 * @param target what the link says
 * @returns an absolute path with every link on the way resolved
 */
export function whereLinkLeads(
  fileSystem: FileSystem,
  folder: BytePath,
  target: BytePath,
): BytePath {
  const names: string[] = [];
  let reached = folder;
  let followed = 0;
  const follow = (text: BytePath): void => {
    if (text.startsWith('/')) reached = '/' as BytePath;
    append(names, text.split('/').toReversed());
  };
  follow(target);
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      reached = parentPath(reached);
      continue;
    }
    const next = joinPath(reached, name);
    const further = followed < MOST_LINKS ? readLinkAt(fileSystem, next) : null;
    if (further === null) {
      reached = next;
      continue;
    }
    followed += 1;
    follow(further);
  }
  return reached;
}

/**
 * Whether a link that leads to this path leads to nothing.
 * @param path as `whereLinkLeads` returns it
 */
export function isNothingThere(fileSystem: FileSystem, path: BytePath): boolean {
  try {
    const stat = fileSystem.stat(path);
    // A link that could not be followed any more is one of a circle.
    return stat === null || stat.isSymbolicLink();
  } catch (error) {
    if (NOWHERE.some((errno) => isErrno(error, errno))) return true;
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** How a look at a path fails that cannot exist. */
const NOWHERE = ['ELOOP', 'ENAMETOOLONG'];

/** The target of the link at a path; null where there is no link, or it may not be read. */
function readLinkAt(fileSystem: FileSystem, path: BytePath): BytePath | null {
  try {
    return fileSystem.stat(path)?.isSymbolicLink() ? fileSystem.readLink(path) : null;
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}
