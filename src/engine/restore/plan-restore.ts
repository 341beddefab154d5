// Decides everything that a restore does, from the entries and from what was found at the destination.
// Pure. run-restore-plan.ts carries the plan out.
import type { MetadataTarget } from '../../system/files/metadata/apply-metadata.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { ModificationTime } from '../../system/files/metadata/modification-times.js';
import { presentMetadata } from './entry-metadata.js';
import {
  type MadeEntry,
  type PlanRequest,
  contentMetadata,
  directoryMetadata,
  planMaking,
} from './plan-making.js';
import { type OpeningPlan, planOpening } from './plan-opening.js';
import { type PlacementPlan, planPlacement, standingDirectories } from './plan-placement.js';

export interface RestorePlan {
  readonly destination: BytePath;
  /** What is made in the work directory, in the order of the source. */
  readonly made: readonly MadeEntry[];
  readonly opening: OpeningPlan;
  /** Of all files together. */
  readonly totalBytes: number;
  /** Of all files and links that are made, set after the last one is made. */
  readonly contentMetadata: readonly MetadataTarget[];
  /** Files that are fsynced again before they are placed, for their metadata. */
  readonly syncFiles: readonly BytePath[];
  /** Of all directories that are made, set after that of what is in them. */
  readonly directoryMetadata: readonly MetadataTarget[];
  /** Directories that are fsynced before anything is moved to its place. */
  readonly syncDirectories: readonly BytePath[];
  readonly placement: PlacementPlan;
  /** Times to set again at the end: deleting the work directory changes them. */
  readonly lastTimes: readonly ModificationTime[];
  /** The metadata that directories of the destination have now, the deepest first, for an undo. */
  readonly before: readonly MetadataTarget[];
  /** From a path in the work directory to the path in the destination, for messages. */
  readonly finalPaths: ReadonlyMap<BytePath, BytePath>;
}

export function planRestore(request: PlanRequest): RestorePlan {
  const { selection, destination, work } = request;
  const { path, placement } = destination;
  const [top] = selection;
  const isTimeSetLast = placement === 'fill-directory' && !request.keepsMetadata;
  const made = planMaking(request);
  const directories = directoryMetadata(made, request);
  return {
    destination: path,
    made,
    opening: planOpening(request, made),
    totalBytes: made.reduce((sum, { entry }) => sum + entry.sizeBytes, 0),
    contentMetadata: contentMetadata(made, request),
    syncFiles: made.flatMap((item) => (item.entry.type === 'file' ? [item.path] : [])),
    directoryMetadata: directories,
    syncDirectories: [...directories.map((item) => item.path), work.made, work.root, work.parent],
    placement: planPlacement(request, made),
    lastTimes: isTimeSetLast ? [{ path, mtimeNs: top.entry.mtimeNs }] : [],
    before: standingDirectories(request).map((standing) =>
      presentMetadata(standing.path, standing.stat),
    ),
    finalPaths: new Map(made.map((item) => [item.path, item.to])),
  };
}
