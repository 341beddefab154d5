// Where a symbolic link leads in the end, worked out from the links on the way. Unlike realpath(3) this also
// works where nothing is there, or where a folder on the way may not be entered.
import { SystemError } from '../../errors.js';
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { append } from '../../system/lists/lists.js';

/** The kernel's limit (MAXSYMLINKS). It ends a circle of links. */
const MOST_LINKS = 40;

export interface LinkEnd {
  /** Absolute, with every link on the way resolved. */
  readonly path: BytePath;
  /** Whether nothing is there. */
  readonly isNothing: boolean;
}

/**
 * Looks at nothing below a name that is missing: a target may have 2,000 names, and lead to 40 other links.
 * @param folder real path of the directory in which the link stands
 * @param target what the link says
 */
export function whereLinkLeads(
  fileSystem: FileSystem,
  folder: BytePath,
  target: BytePath,
): LinkEnd {
  const names: string[] = [];
  let reached = folder;
  /** The names below `reached` from the first missing one on. */
  const missing: string[] = [];
  let followed = 0;
  let isCircle = false;
  const follow = (text: BytePath): void => {
    if (text.startsWith('/')) reached = '/' as BytePath;
    append(names, text.split('/').toReversed());
  };
  follow(target);
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (missing.pop() === undefined) reached = parentPath(reached);
      continue;
    }
    const next = joinPath(reached, name);
    const found = missing.length === 0 ? lookAt(fileSystem, next) : 'nothing';
    if (found === 'nothing') missing.push(name);
    else if (found === 'no-link' || followed === MOST_LINKS) {
      reached = next;
      isCircle = found !== 'no-link';
    } else {
      followed += 1;
      follow(found.target);
    }
  }
  const path = missing.length === 0 ? reached : joinPath(reached, missing.join('/'));
  return { path, isNothing: missing.length > 0 || isCircle };
}

/** How a look at a path fails that cannot exist. */
const NOWHERE = ['ELOOP', 'ENAMETOOLONG'];

/** What is at a path. A link that may not be read counts as no link. */
function lookAt(
  fileSystem: FileSystem,
  path: BytePath,
): 'nothing' | 'no-link' | { readonly target: BytePath } {
  try {
    const stat = fileSystem.stat(path);
    if (stat === null) return 'nothing';
    return stat.isSymbolicLink() ? { target: fileSystem.readLink(path) } : 'no-link';
  } catch (error) {
    if (NOWHERE.some((errno) => isErrno(error, errno))) return 'nothing';
    if (error instanceof SystemError) return 'no-link';
    throw error;
  }
}
