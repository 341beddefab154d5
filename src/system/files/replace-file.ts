// Replaces the content of a file at once: whoever opens it finds the old content or the new one, whatever
// happens meanwhile. The new file is written beside the old one, gets its owner and mode, is synced, and takes
// its name. A run that is killed may leave a file `.NAME.redis-rewind-PID`; the next one removes it.
import { SystemError } from '../../errors.js';
import { type BytePath, baseName, formatPath, joinPath, parentPath } from './byte-path.js';
import type { FileStat, FileSystem } from './file-system.js';
import { removeIfThere } from './remove-if-there.js';

export interface Replacement {
  /** A real path, in a folder that the caller holds open. */
  readonly path: BytePath;
  /** Of the file whose content was read. */
  readonly former: FileStat;
  readonly bytes: Uint8Array;
  /** Of this process. */
  readonly processId: number;
}

/**
 * Owner and mode are kept; times, ACLs and extended attributes are not.
 * @throws SystemError; nothing is then changed, unless it is the fsync of the folder that has failed
 */
export function replaceFile(fileSystem: FileSystem, replacement: Replacement): void {
  const { path, former, processId } = replacement;
  const folder = parentPath(path);
  removeLeftovers(fileSystem, path, processId);
  const temporary = joinPath(folder, `.${baseName(path)}.${MARK}${processId}`);
  writeFile(fileSystem, temporary, replacement);
  try {
    const now = fileSystem.stat(path);
    if (now === null || !isSameFile(now, former)) throw changed(path);
    fileSystem.rename(temporary, path);
  } catch (error) {
    removeIfThere(fileSystem, temporary);
    throw error;
  }
  syncFolder(fileSystem, folder);
}

const MARK = 'redis-rewind-';

function writeFile(
  fileSystem: FileSystem,
  temporary: BytePath,
  { bytes, former }: Replacement,
): void {
  const file = fileSystem.open(temporary, 'create');
  try {
    fileSystem.write(file, bytes, 0);
    const { uid, gid } = fileSystem.statOpen(file);
    if (uid !== former.uid || gid !== former.gid) {
      fileSystem.chownOpen(file, Number(former.uid), Number(former.gid));
    }
    fileSystem.chmodOpen(file, Number(former.mode & 0o7777n));
    fileSystem.sync(file);
  } catch (error) {
    removeIfThere(fileSystem, temporary);
    throw error;
  } finally {
    fileSystem.close(file);
  }
}

function isSameFile(a: FileStat, b: FileStat): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

function changed(path: BytePath): SystemError {
  return new SystemError({
    operation: 'replace',
    object: formatPath(path),
    path,
    errno: 'EBUSY',
    reason: 'somebody else has changed it meanwhile',
  });
}

/** Those of processes that no longer run, and of one that had the id of this one. */
function removeLeftovers(fileSystem: FileSystem, path: BytePath, ownId: number): void {
  const start = `.${baseName(path)}.${MARK}`;
  for (const name of fileSystem.list(parentPath(path))) {
    const processId = name.startsWith(start) ? name.slice(start.length) : '';
    if (!/^[0-9]{1,10}$/.test(processId)) continue;
    const isRunning = fileSystem.stat(`/proc/${processId}` as BytePath) !== null;
    if (isRunning && processId !== String(ownId)) continue;
    removeIfThere(fileSystem, joinPath(parentPath(path), name));
  }
}

function syncFolder(fileSystem: FileSystem, folder: BytePath): void {
  const file = fileSystem.open(folder, 'directory');
  try {
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
}
