// Looks at the destination of a restore: what stands there, and so how the restored entries get their
// places. Nothing is refused here; check-destination.ts does that.
import type { BytePath } from '../../../system/files/byte-path.js';
import type { FileStat, FileSystem } from '../../../system/files/file-system.js';
import type { DestinationPlace } from './hold-destination.js';
import { type Selection, isTree, placeBelow } from '../select-entries.js';

/** How the entries get their places. */
export type Placement =
  /** A new directory. It is put together beside its place, and moved there by one rename. */
  | 'publish-directory'
  /** A directory that exists. Files in it are replaced one by one; all others stay. */
  | 'fill-directory'
  /** One file or link. */
  | 'place-one';

export interface FoundDestination extends DestinationPlace {
  readonly placement: Placement;
  /** Whether the path is a directory with something in it. */
  readonly hasContents: boolean;
  /** What stands in the places of entries, by their paths below the destination. Links are not followed. */
  readonly standing: ReadonlyMap<BytePath, FileStat>;
}

export function findDestination(
  fileSystem: FileSystem,
  place: DestinationPlace,
  selection: Selection,
): FoundDestination {
  const { path } = place;
  const stat = fileSystem.stat(path);
  const hasContents = stat?.isDirectory() === true && fileSystem.list(path).length > 0;
  return {
    ...place,
    placement: !isTree(selection)
      ? 'place-one'
      : stat === null
        ? 'publish-directory'
        : 'fill-directory',
    hasContents,
    standing: findStanding(fileSystem, path, hasContents ? selection : [selection[0]]),
  };
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
