// Where restored entries are put together in the work directory. What is new at the destination is put
// together whole: a new directory with all that is in it, as one tree that one rename can move. Pure.
import type { MetadataTarget } from '../../system/files/metadata/apply-metadata.js';
import { type BytePath, baseName, joinPath, parentPath } from '../../system/files/byte-path.js';
import type { ParsedOwner } from '../../system/files/metadata/owners.js';
import { recordedMetadata } from './entry-metadata.js';
import type { FoundDestination } from './destination/find-destination.js';
import type { RestoreEntry } from './restore-source.js';
import { type Selection, placeBelow } from './select-entries.js';
import type { WorkPaths } from './work-directory.js';

/** What a restore is planned from. */
export interface PlanRequest {
  readonly selection: Selection;
  readonly destination: FoundDestination;
  readonly work: WorkPaths;
  /** Whom the entries are given to; null for their recorded owners. */
  readonly owner: ParsedOwner | null;
  /** Whether the destination, a directory that exists, keeps its own metadata. */
  readonly keepsMetadata: boolean;
  /** The user that this process acts as. */
  readonly actingUid: number;
}

/** An entry that is made in the work directory. */
export interface MadeEntry {
  readonly entry: RestoreEntry;
  /** In the work directory. */
  readonly path: BytePath;
  /** Its place in the destination. */
  readonly to: BytePath;
  /** Whether it is moved to its place by a rename of its own, and not with the directory that it is in. */
  readonly isTop: boolean;
}

/** All entries but the directories that stand at the destination already, in the order of the source. */
export function planMaking({ selection, destination, work }: PlanRequest): readonly MadeEntry[] {
  const directories = new Map<BytePath, BytePath>();
  return selection.flatMap((selected, index) => {
    const { entry, relative } = selected;
    if (destination.standing.get(relative)?.isDirectory() === true) return [];
    const parent = index === 0 ? undefined : directories.get(parentPath(relative));
    const isTop = parent === undefined;
    const path = isTop ? joinPath(work.made, String(index)) : joinPath(parent, baseName(relative));
    if (entry.type === 'directory') directories.set(relative, path);
    return [{ entry, path, to: placeBelow(destination.path, selected), isTop }];
  });
}

/** Of files and links, set before anything is set of the directories they are in. */
export function contentMetadata(
  made: readonly MadeEntry[],
  { owner }: PlanRequest,
): readonly MetadataTarget[] {
  return made
    .filter(({ entry }) => entry.type !== 'directory')
    .map(({ entry, path }) => recordedMetadata(entry, path, owner));
}

/** Of directories, the deepest first: a change in a directory changes its time. */
export function directoryMetadata(
  made: readonly MadeEntry[],
  { owner, actingUid }: PlanRequest,
): readonly MetadataTarget[] {
  return made
    .filter(({ entry }) => entry.type === 'directory')
    .map(({ entry, path, isTop }) => {
      const wanted = recordedMetadata(entry, path, owner);
      return isTop ? { ...wanted, mode: movableMode(entry, actingUid) } : wanted;
    })
    .toReversed();
}

/** To move a directory, or to put something in it, a user who is not root needs the right to write in it. */
export function movableMode({ mode }: Pick<RestoreEntry, 'mode'>, actingUid: number): number {
  return actingUid === 0 ? mode : mode | 0o700;
}
