// Putting restored entries in their places, all of them or none: what stands in the way is first
// moved aside, and whatever fails is taken back in reverse order.
import { removeTree, syncDirectory } from '../repository/staging.js';
import { type BytePath, joinPath, parentPath } from '../system/byte-path.js';
import type { FileSystem } from '../system/file-system.js';

export interface Placement {
  readonly target: BytePath;
  /** Where the file or link has been made; null for a directory. */
  readonly made: BytePath | null;
}

export interface PlaceRequest {
  readonly fileSystem: FileSystem;
  /** Directories to make first, outermost first. */
  readonly missingParents: readonly BytePath[];
  /** A directory before what is in it. */
  readonly placements: readonly Placement[];
  /** An existing empty directory on the same file system, for what is moved aside. */
  readonly asideDirectory: BytePath;
}

/**
 * @returns the directories that were made or written to, for fsync
 * @throws whatever failed, after everything is as it was before
 */
export function placeRestored(request: PlaceRequest): ReadonlySet<BytePath> {
  const { fileSystem, asideDirectory } = request;
  const undo: (() => void)[] = [];
  const written = new Set<BytePath>();
  const makeDirectory = (path: BytePath, mode: number): void => {
    fileSystem.makeDirectory(path, mode);
    undo.push(() => fileSystem.removeDirectory(path));
    written.add(path).add(parentPath(path));
  };
  try {
    for (const path of request.missingParents) makeDirectory(path, 0o777);
    for (const [index, { target, made }] of request.placements.entries()) {
      const isPresent = fileSystem.stat(target) !== null;
      if (made === null) {
        if (!isPresent) makeDirectory(target, 0o700);
        continue;
      }
      if (isPresent) {
        const aside = joinPath(asideDirectory, String(index));
        fileSystem.rename(target, aside);
        undo.push(() => fileSystem.rename(aside, target));
      }
      fileSystem.rename(made, target);
      undo.push(() => fileSystem.rename(target, made));
      written.add(parentPath(target));
    }
    return written;
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  }
}

/** A directory of this restore's own inside `parent`; `remove` deletes it with all that is in it. */
export interface WorkDirectory {
  readonly made: BytePath;
  readonly aside: BytePath;
  remove(): void;
}

/** @param name unique on this machine, such as one with the process id */
export function createWorkDirectory(
  fileSystem: FileSystem,
  parent: BytePath,
  name: string,
): WorkDirectory {
  const root = joinPath(parent, name);
  const made = joinPath(root, 'made');
  const aside = joinPath(root, 'aside');
  fileSystem.makeDirectory(root, 0o700);
  const remove = (): void => removeTree(fileSystem, root);
  try {
    fileSystem.makeDirectory(made, 0o700);
    fileSystem.makeDirectory(aside, 0o700);
  } catch (error) {
    remove();
    throw error;
  }
  return { made, aside, remove };
}

/** Makes the names in the directories durable. */
export function syncDirectories(fileSystem: FileSystem, paths: Iterable<BytePath>): void {
  for (const path of paths) syncDirectory(fileSystem, path);
}
