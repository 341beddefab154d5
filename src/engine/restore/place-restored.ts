// Putting restored entries in their places, all of them or none: what stands in the way is first
// moved aside, and each step can be taken back.
import { removeTree } from '../../repository/staging.js';
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import type { UndoList } from '../run/undo-list.js';

export interface Placement {
  readonly target: BytePath;
  /** Where it has been made; null for a directory that is to be made in its place. */
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
  /** Is given what takes back each step that was done, also where this throws. */
  readonly undo: UndoList;
}

/** @returns the directories that were made or written to, for fsync */
export function placeRestored(request: PlaceRequest): ReadonlySet<BytePath> {
  const { fileSystem, asideDirectory, undo } = request;
  const written = new Set<BytePath>();
  const makeDirectory = (path: BytePath, mode: number): void => {
    fileSystem.makeDirectory(path, mode);
    undo.add(() => fileSystem.removeDirectory(path));
    written.add(path).add(parentPath(path));
  };
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
      undo.add(() => fileSystem.rename(aside, target));
    }
    fileSystem.rename(made, target);
    undo.add(() => fileSystem.rename(target, made));
    written.add(parentPath(target));
  }
  return written;
}

/** A directory of this restore's own, in which entries are made and replaced ones put aside. */
export class WorkDirectory {
  readonly root: BytePath;
  readonly made: BytePath;
  readonly aside: BytePath;
  /** Where a new directory is put together; not made here. */
  readonly whole: BytePath;
  readonly #fileSystem: FileSystem;

  /**
   * Chooses the name and makes nothing yet.
   * @param name unique among the processes of this machine; what a killed one left is passed by
   */
  constructor(fileSystem: FileSystem, parent: BytePath, name: string) {
    let root = joinPath(parent, name);
    for (let count = 2; fileSystem.stat(root) !== null; count += 1) {
      root = joinPath(parent, `${name}-${count}`);
    }
    this.root = root;
    this.made = joinPath(root, 'made');
    this.aside = joinPath(root, 'aside');
    this.whole = joinPath(root, 'whole');
    this.#fileSystem = fileSystem;
  }

  make(): void {
    for (const path of [this.root, this.made, this.aside]) {
      this.#fileSystem.makeDirectory(path, 0o700);
    }
  }

  /** Deletes it with all that is in it. */
  remove(): void {
    removeTree(this.#fileSystem, this.root);
  }
}

/** Makes the names in the directories durable, and the directories' own metadata. */
export function syncDirectories(fileSystem: FileSystem, paths: Iterable<BytePath>): void {
  for (const path of paths) syncReadable(fileSystem, path, 'directory');
}

/**
 * Fsyncs what this user may open. What its recorded mode keeps even this user from reading is left to
 * the file system.
 */
export function syncReadable(
  fileSystem: FileSystem,
  path: BytePath,
  mode: 'read' | 'directory',
): void {
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
