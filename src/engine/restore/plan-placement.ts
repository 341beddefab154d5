// How restored entries get their places: which directories are made, what is renamed where and in which
// order, what metadata each directory is given, and what is fsynced. Pure.
//
// A new directory is put together in the work directory and fsynced there. Then one rename moves it to its
// place. A kill or a power loss therefore leaves all of the directory or nothing.
//
// In a directory that exists, the old file is moved to `aside` and the restored file to its place. A kill
// or a power loss therefore leaves the old file or the restored file in place, or the old file in `aside`.
import type { MetadataTarget } from '../../system/files/apply-metadata.js';
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import type { ParsedOwner } from '../../system/files/owners.js';
import { recordedMetadata } from './entry-metadata.js';
import type { FoundDestination } from './find-destination.js';
import { type SelectedEntry, type Selection, placeBelow } from './select-entries.js';
import type { WorkPaths } from './work-directory.js';

export type PlacementStep =
  /** Fails when anything exists at the path. */
  | { readonly kind: 'make-directory'; readonly path: BytePath; readonly mode: number }
  | {
      readonly kind: 'place';
      readonly from: BytePath;
      readonly to: BytePath;
      /** Where a file at `to` is moved first; null when nothing may exist at `to`. */
      readonly aside: BytePath | null;
    };

/** The steps are done first, then the metadata is set, then the directories are fsynced. */
export interface PlacementStage {
  readonly steps: readonly PlacementStep[];
  /** Of directories, the deepest first: a change in a directory changes its time. */
  readonly metadata: readonly MetadataTarget[];
  /** Directories that must be durable before the next stage, with the names in them. */
  readonly sync: readonly BytePath[];
}

export interface PlanRequest {
  readonly selection: Selection;
  readonly destination: FoundDestination;
  readonly work: WorkPaths;
  /** Whom the entries are given to; null for their recorded owners. */
  readonly owner: ParsedOwner | null;
  /** The user that this process acts as. */
  readonly actingUid: number;
}

export function planPlacement(request: PlanRequest): readonly PlacementStage[] {
  const { placement } = request.destination;
  if (placement === 'publish-directory') return [assemble(request), publish(request)];
  return [placement === 'fill-directory' ? fill(request) : placeOne(request)];
}

/** Where a file or a link is made before it is placed. */
export function madePath(work: WorkPaths, index: number): BytePath {
  return joinPath(work.made, String(index));
}

/** Puts a new directory together in the work directory. */
function assemble({ selection, work, owner, actingUid }: PlanRequest): PlacementStage {
  const steps = selection.map((selected, index): PlacementStep => {
    const to = placeBelow(work.whole, selected);
    return isDirectory(selected)
      ? { kind: 'make-directory', path: to, mode: 0o700 }
      : { kind: 'place', from: madePath(work, index), to, aside: null };
  });
  const metadata = directoryMetadata(selection, work.whole, owner).map((wanted) =>
    // To move a directory, a user who is not root needs the right to write in it.
    wanted.path === work.whole && actingUid !== 0
      ? { ...wanted, mode: wanted.mode | 0o700 }
      : wanted,
  );
  return stage(steps, metadata);
}

/** Moves a new directory, which is whole and durable, to its place. */
function publish({ selection, destination, work, owner }: PlanRequest): PlacementStage {
  const { path, missingParents } = destination;
  return stage(
    [...makeParents(missingParents), { kind: 'place', from: work.whole, to: path, aside: null }],
    [recordedMetadata(selection[0].entry, path, owner)],
  );
}

/** Replaces entries in a directory that exists. */
function fill({ selection, destination, work, owner }: PlanRequest): PlacementStage {
  const { path, standing } = destination;
  const steps = selection.flatMap((selected, index): PlacementStep[] => {
    const to = placeBelow(path, selected);
    if (!isDirectory(selected)) return [replace(work, index, to)];
    return standing.has(selected.relative)
      ? []
      : [{ kind: 'make-directory', path: to, mode: 0o700 }];
  });
  return stage(steps, directoryMetadata(selection, path, owner));
}

/** Places one file or link, in place of the one that is there. */
function placeOne({ destination, work }: PlanRequest): PlacementStage {
  const { path, missingParents } = destination;
  return stage([...makeParents(missingParents), replace(work, 0, path)], []);
}

/** Directories above the destination are in no snapshot, so the umask decides their modes. */
function makeParents(missingParents: readonly BytePath[]): readonly PlacementStep[] {
  return missingParents.map((path) => ({ kind: 'make-directory', path, mode: 0o777 }));
}

function replace(work: WorkPaths, index: number, to: BytePath): PlacementStep {
  const from = madePath(work, index);
  return { kind: 'place', from, to, aside: joinPath(work.aside, String(index)) };
}

function isDirectory({ entry }: SelectedEntry): boolean {
  return entry.type === 'directory';
}

/** The deepest directory first. The selection has each directory before what is in it. */
function directoryMetadata(
  selection: Selection,
  top: BytePath,
  owner: ParsedOwner | null,
): MetadataTarget[] {
  return selection
    .filter(isDirectory)
    .map((selected) => recordedMetadata(selected.entry, placeBelow(top, selected), owner))
    .toReversed();
}

/** Each directory that gets metadata or is written to is fsynced once. */
function stage(
  steps: readonly PlacementStep[],
  metadata: readonly MetadataTarget[],
): PlacementStage {
  const written = steps.flatMap((step) =>
    step.kind === 'place' ? [parentPath(step.to)] : [step.path, parentPath(step.path)],
  );
  return { steps, metadata, sync: [...new Set([...metadata.map(({ path }) => path), ...written])] };
}
