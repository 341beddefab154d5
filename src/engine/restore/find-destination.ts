// Looks at the destination of a restore: its real path, what stands there, and so how the restored entries
// get their places. Nothing is refused here; check-destination.ts does that.
import { type BytePath, parentPath } from '../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import { realPathOfFuture } from '../../system/files/real-path.js';
import { type Selection, placeBelow } from './select-entries.js';

/** How the entries get their places. */
export type Placement =
  /** A new directory. It is put together beside its place, and moved there by one rename. */
  | 'publish-directory'
  /** A directory that exists. Files in it are replaced one by one; all others stay. */
  | 'fill-directory'
  /** One file or link. */
  | 'place-one';

export interface FoundDestination {
  /** As it was given. */
  readonly asked: BytePath;
  /** The real path; its last parts may not exist yet. */
  readonly path: BytePath;
  readonly placement: Placement;
  /** Whether the path is a directory with something in it. */
  readonly hasContents: boolean;
  /** What stands in the places of entries, by their paths below the destination. Links are not followed. */
  readonly standing: ReadonlyMap<BytePath, FileStat>;
  /**
   * The directory in which the work directory is made, on the destination's file system: the destination
   * itself, or its nearest existing parent.
   */
  readonly workParent: BytePath;
  /** False where the nearest existing parent is a file or a link. */
  readonly isParentDirectory: boolean;
  /** Directories that are missing above the destination, outermost first. */
  readonly missingParents: readonly BytePath[];
}

export function findDestination(
  fileSystem: FileSystem,
  destination: BytePath,
  selection: Selection,
): FoundDestination {
  const path = realPathOfFuture(fileSystem, destination);
  const stat = fileSystem.stat(path);
  const isTree = selection[0].entry.type === 'directory';
  const hasContents = stat?.isDirectory() === true && fileSystem.list(path).length > 0;
  const { parent, missing } = findParent(fileSystem, path);
  return {
    asked: destination,
    path,
    placement: !isTree ? 'place-one' : stat === null ? 'publish-directory' : 'fill-directory',
    hasContents,
    standing: findStanding(fileSystem, path, hasContents ? selection : [selection[0]]),
    workParent: isTree && stat !== null ? path : parent,
    isParentDirectory: fileSystem.stat(parent)?.isDirectory() === true,
    missingParents: missing,
  };
}

/** The nearest parent that exists, and the parents that are missing below it, outermost first. */
function findParent(
  fileSystem: FileSystem,
  path: BytePath,
): { readonly parent: BytePath; readonly missing: readonly BytePath[] } {
  const missing: BytePath[] = [];
  let parent = parentPath(path);
  for (; fileSystem.stat(parent) === null; parent = parentPath(parent)) missing.unshift(parent);
  return { parent, missing };
}

function findStanding(
  fileSystem: FileSystem,
  path: BytePath,
  selected: readonly Selection[number][],
): ReadonlyMap<BytePath, FileStat> {
  const standing = new Map<BytePath, FileStat>();
  for (const entry of selected) {
    const stat = fileSystem.stat(placeBelow(path, entry));
    if (stat !== null) standing.set(entry.relative, stat);
  }
  return standing;
}
