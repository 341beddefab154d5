// Where a symbolic link leads in the end, told from the links themselves: unlike realpath(3) also
// where nothing is there, or where the way goes through folders that may not be entered.
import { SystemError } from '../../errors.js';
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';

/** As the kernel has it (MAXSYMLINKS); a link that leads in a circle ends there. */
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
  let place = folder;
  let followed = 0;
  const follow = (text: BytePath): void => {
    if (text.startsWith('/')) place = '/' as BytePath;
    names.push(...text.split('/').toReversed());
  };
  follow(target);
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      place = parentPath(place);
      continue;
    }
    const next = joinPath(place, name);
    const further = followed < MOST_LINKS ? readLinkAt(fileSystem, next) : null;
    if (further === null) {
      place = next;
      continue;
    }
    followed += 1;
    follow(further);
  }
  return place;
}

/** What the link at a path says; null where there is none, or none that may be read. */
function readLinkAt(fileSystem: FileSystem, path: BytePath): BytePath | null {
  try {
    return fileSystem.stat(path)?.isSymbolicLink() ? fileSystem.readLink(path) : null;
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}
