// Decides everything that a restore does, from the entries and from what was found at the destination.
// Pure. run-restore-plan.ts carries the plan out.
import type { MetadataTarget } from '../../system/files/apply-metadata.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { ModificationTime } from '../../system/files/modification-times.js';
import { presentMetadata, recordedMetadata } from './entry-metadata.js';
import {
  type PlacementStage,
  type PlanRequest,
  madePath,
  planPlacement,
} from './plan-placement.js';
import type { RestoreEntry } from './restore-source.js';
import { placeBelow } from './select-entries.js';

/** A file or link that is made in the work directory. */
export interface MadeEntry {
  readonly entry: RestoreEntry;
  readonly path: BytePath;
}

export interface RestorePlan {
  readonly destination: BytePath;
  /** In the order of the source. */
  readonly made: readonly MadeEntry[];
  /** Of all files together. */
  readonly totalBytes: number;
  /** Of all files and links that are made, set after the last one is made. */
  readonly madeMetadata: readonly MetadataTarget[];
  /** Files that are fsynced again before they are placed, for their metadata. */
  readonly syncFiles: readonly BytePath[];
  /** Directories that are fsynced before any file is moved into them. */
  readonly syncDirectories: readonly BytePath[];
  readonly stages: readonly PlacementStage[];
  /** Times to set again at the end: deleting the work directory changes them. */
  readonly lastTimes: readonly ModificationTime[];
  /** The metadata that directories of the destination have now, the deepest first, for an undo. */
  readonly before: readonly MetadataTarget[];
  /** From a path in the work directory to the path in the destination, for messages. */
  readonly finalPaths: ReadonlyMap<BytePath, BytePath>;
}

export function planRestore(request: PlanRequest): RestorePlan {
  const { selection, destination, work, owner } = request;
  const { path, placement, standing } = destination;
  const [top] = selection;
  const made = selection.flatMap(({ entry }, index) =>
    entry.type === 'directory' ? [] : [{ entry, path: madePath(work, index) }],
  );
  return {
    destination: path,
    made,
    totalBytes: made.reduce((sum, { entry }) => sum + entry.sizeBytes, 0),
    madeMetadata: made.map((item) => recordedMetadata(item.entry, item.path, owner)),
    syncFiles: made.flatMap((item) => (item.entry.type === 'file' ? [item.path] : [])),
    syncDirectories: [work.parent, work.root, work.made],
    stages: planPlacement(request),
    lastTimes: placement === 'fill-directory' ? [{ path, mtimeNs: top.entry.mtimeNs }] : [],
    before: selection
      .flatMap((selected) => {
        const stat = standing.get(selected.relative);
        return stat?.isDirectory() === true
          ? [presentMetadata(placeBelow(path, selected), stat)]
          : [];
      })
      .toReversed(),
    finalPaths: new Map(
      selection.map((selected, index) => [
        selected.entry.type === 'directory'
          ? placeBelow(work.whole, selected)
          : madePath(work, index),
        placeBelow(path, selected),
      ]),
    ),
  };
}
