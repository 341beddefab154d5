// How restored entries get their places: which directories are made, what is renamed where and in which
// order, what metadata each directory is given, and what is fsynced. Pure.
//
// A new directory is put together in the work directory and fsynced there; then one rename gives it its
// place. So a kill or a power loss leaves all of it or nothing.
// In a directory that is there, each file is renamed aside and the restored one takes its place. So a
// kill or a power loss leaves, of each file, the old one or the restored one in place, or the old one in
// the work directory's `aside`.
import type { MetadataTarget } from '../../system/files/apply-metadata.js';
import { type BytePath, joinPath, parentPath } from '../../system/files/byte-path.js';
import type { ParsedOwner } from '../../system/files/owners.js';
import { recordedMetadata } from './entry-metadata.js';
import type { FoundDestination } from './find-destination.js';
import { type SelectedEntry, type Selection, placeBelow } from './select-entries.js';
import type { WorkPaths } from './work-directory.js';

export type PlacementStep =
  /** Fails where anything stands at the path. */
  | { readonly kind: 'make-directory'; readonly path: BytePath; readonly mode: number }
  | {
      readonly kind: 'place';
      readonly from: BytePath;
      readonly to: BytePath;
      /** Where anything that stands at `to` is moved first; null where nothing may stand there. */
      readonly aside: BytePath | null;
    };

/** What is done in this order: all steps, then the metadata, then the fsyncs. */
export interface PlacementStage {
  readonly steps: readonly PlacementStep[];
  /** Of directories: a deeper one first, since what is made in a directory changes its time. */
  readonly metadata: readonly MetadataTarget[];
  /** Directories whose names and metadata must be durable before the next stage. */
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

/** Where a file or a link is made, before it gets its place. */
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
    // Only root may rename a directory into another one without a right to write in both.
    wanted.path === work.whole && actingUid !== 0
      ? { ...wanted, mode: wanted.mode | 0o700 }
      : wanted,
  );
  return stage(steps, metadata);
}

/** Gives a new directory, whole and durable, its place. */
function publish({ selection, destination, work, owner }: PlanRequest): PlacementStage {
  const { path, missingParents } = destination;
  return stage(
    [...makeParents(missingParents), { kind: 'place', from: work.whole, to: path, aside: null }],
    [recordedMetadata(selection[0].entry, path, owner)],
  );
}

/** Replaces entries in a directory that is there. */
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

/** Places one file or link, which may be replaced. */
function placeOne({ destination, work }: PlanRequest): PlacementStage {
  const { path, missingParents } = destination;
  return stage([...makeParents(missingParents), replace(work, 0, path)], []);
}

/** The directories above a destination are nobody's but the user's: the umask decides on their mode. */
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

/** A directory comes after those in it: the selection has it before. */
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

/** Every directory that is given metadata or written to is fsynced, once. */
function stage(
  steps: readonly PlacementStep[],
  metadata: readonly MetadataTarget[],
): PlacementStage {
  const written = steps.flatMap((step) =>
    step.kind === 'place' ? [parentPath(step.to)] : [step.path, parentPath(step.path)],
  );
  return { steps, metadata, sync: [...new Set([...metadata.map(({ path }) => path), ...written])] };
}
