// What is at a destination before a restore: where it really is, what stands there, and how the restored
// entries will get their places. Only looks; check-destination.ts says whether the restore may go on.
import { type BytePath, parentPath } from '../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import { realPathOfFuture } from '../../system/files/real-path.js';
import { type Selection, placeBelow } from './select-entries.js';

/** How the entries get their places. */
export type Placement =
  /** A directory that is not there yet: put together beside its place, which one rename then gives it. */
  | 'publish-directory'
  /** A directory that is there: its entries are replaced one by one, all others stay. */
  | 'fill-directory'
  /** One file or link. */
  | 'place-one';

export interface FoundDestination {
  /** As it was given. */
  readonly asked: BytePath;
  /** By its real path; the last parts may not exist yet. */
  readonly path: BytePath;
  readonly placement: Placement;
  /** Whether the path is a directory with something in it. */
  readonly hasContents: boolean;
  /** What stands where entries go, by the path below the destination. Links are not followed. */
  readonly standing: ReadonlyMap<BytePath, FileStat>;
  /** Where the work directory goes, on the same file system: the destination, or the nearest parent. */
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
