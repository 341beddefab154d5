// How restored entries get their places: which directories are made, what is renamed where and in which
// order, what metadata the directories that were there are given, and what is fsynced. Pure.
//
// What is new is whole and durable in the work directory. One rename moves it to its place. A kill or a
// power loss therefore leaves all of it or nothing.
//
// Where a file is replaced, the old one is moved to `aside` first. A kill or a power loss therefore leaves
// the old file or the restored file in place, or the old file in `aside`.
import type { MetadataTarget } from '../../system/files/metadata/apply-metadata.js';
import { type BytePath, baseName, joinPath, parentPath } from '../../system/files/byte-path.js';
import type { FileStat } from '../../system/files/file-system.js';
import { recordedMetadata } from './entry-metadata.js';
import { type MadeEntry, type PlanRequest, movableMode } from './plan-making.js';
import type { RestoreEntry } from './restore-source.js';
import { placeBelow } from './select-entries.js';

export type PlacementStep =
  /** Fails when anything exists at the path. */
  | { readonly kind: 'make-directory'; readonly path: BytePath; readonly mode: number }
  | {
      readonly kind: 'place';
      readonly from: BytePath;
      readonly to: BytePath;
      /** Where a file at `to` is moved first; null when nothing may exist at `to`. */
      readonly aside: BytePath | null;
      /** The mode that it is given in its place; null where it has that already. */
      readonly modeAfter: number | null;
    };

/** The steps are done first, then the metadata is set, then the directories are fsynced. */
export interface PlacementPlan {
  readonly steps: readonly PlacementStep[];
  /** Of directories that were there before, the deepest first: a change in a directory changes its time. */
  readonly metadata: readonly MetadataTarget[];
  /** Directories that must be durable, with the names in them. */
  readonly sync: readonly BytePath[];
}

export function planPlacement(request: PlanRequest, made: readonly MadeEntry[]): PlacementPlan {
  const { missingParents } = request.destination;
  const steps: PlacementStep[] = [
    // Directories above the destination are in no snapshot, so the umask decides their modes.
    ...missingParents.map((path) => ({ kind: 'make-directory', path, mode: 0o777 }) as const),
    ...made.filter(({ isTop }) => isTop).map((top) => place(request, top)),
  ];
  const metadata = standingDirectories(request)
    .filter(({ path }) => !request.keepsMetadata || path !== request.destination.path)
    .map(({ entry, path, stat }) => ({
      ...recordedMetadata(entry, path, request.owner),
      // The work directory is still in it.
      ...(path === request.destination.path ? { mode: movableMode(entry, request.actingUid) } : {}),
      identity: stat,
    }));
  const written = steps.flatMap((step) => {
    if (step.kind === 'make-directory') return [step.path, parentPath(step.path)];
    return step.modeAfter === null ? [parentPath(step.to)] : [step.to, parentPath(step.to)];
  });
  return { steps, metadata, sync: [...new Set([...metadata.map(({ path }) => path), ...written])] };
}

function place(
  { work, actingUid }: PlanRequest,
  { entry, path: from, to }: MadeEntry,
): PlacementStep {
  const isDirectory = entry.type === 'directory';
  const isModeLater = isDirectory && movableMode(entry, actingUid) !== entry.mode;
  return {
    kind: 'place',
    from,
    to,
    aside: isDirectory ? null : joinPath(work.aside, baseName(from)),
    modeAfter: isModeLater ? entry.mode : null,
  };
}

/** A directory of the snapshot that stands at the destination already. */
export interface StandingDirectory {
  readonly entry: RestoreEntry;
  /** At the destination. */
  readonly path: BytePath;
  /** Of the very directory that was looked at. */
  readonly stat: FileStat;
}

/** The deepest first. */
export function standingDirectories({ selection, destination }: PlanRequest): StandingDirectory[] {
  const { path, standing } = destination;
  return selection
    .flatMap((selected) => {
      const stat = standing.get(selected.relative);
      if (stat?.isDirectory() !== true) return [];
      return [{ entry: selected.entry, path: placeBelow(path, selected), stat }];
    })
    .toReversed();
}
