// Looks at a directory on the disk for what a server that works there may load.
import { SystemError } from '../../../errors.js';
import { type BytePath, joinPath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import { AOF_FOLDER, type DataFolder, describeDataFolder } from './data-folder.js';

/** A directory of data has few names. In one of more, such as /tmp, only folders that `likely` names are looked into. */
const NAMES_MOST = 1000;
/** No more folders are looked into after so many names in all. */
const TOTAL_NAMES_MOST = 100_000;

/** @param likely names of folders that are looked into in any case */
export function lookAtDataFolder(
  fileSystem: FileSystem,
  directory: BytePath,
  likely: readonly BytePath[],
): DataFolder {
  const names = namesIn(fileSystem, directory) ?? [];
  const wanted = new Set([AOF_FOLDER, ...likely]);
  const inner = new Map<BytePath, readonly BytePath[]>();
  let total = names.length > NAMES_MOST ? 0 : names.length;
  for (const name of names) {
    if (!wanted.has(name) && (names.length > NAMES_MOST || total > TOTAL_NAMES_MOST)) continue;
    const within = namesIn(fileSystem, joinPath(directory, name));
    if (within === null) continue;
    inner.set(name, within);
    total += within.length;
  }
  return describeDataFolder(names, inner);
}

/** The names in a directory, or in the one that a link leads to. Null where it is none, or must not be read. */
function namesIn(fileSystem: FileSystem, path: BytePath): readonly BytePath[] | null {
  try {
    const stat = fileSystem.stat(path);
    if (stat?.isDirectory() === true) return fileSystem.list(path);
    const real = stat?.isSymbolicLink() === true ? fileSystem.realPath(path) : null;
    return real !== null && fileSystem.stat(real)?.isDirectory() === true
      ? fileSystem.list(real)
      : null;
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}
