// Directories of the destination that forbid their owner to write in them (such as 0555). A user who is not root makes them
// writable for the time of the restore. Pure.
import type { MetadataTarget } from '../../system/files/metadata/apply-metadata.js';
import { type BytePath, parentPath } from '../../system/files/byte-path.js';
import { presentMetadata } from './entry-metadata.js';
import { type MadeEntry, type PlanRequest, movableMode } from './plan-making.js';
import { standingDirectories } from './plan-placement.js';

export interface OpeningPlan {
  /** What they are given before anything else, the outermost first. A kill leaves it so. */
  readonly opened: readonly MetadataTarget[];
  /** The mode of the destination, set when the work directory in it is gone. */
  readonly closed: { readonly path: BytePath; readonly mode: number } | null;
}

export function planOpening(request: PlanRequest, made: readonly MadeEntry[]): OpeningPlan {
  const { destination, actingUid, keepsMetadata } = request;
  const { path, workParent } = destination;
  const written = new Set([
    workParent,
    ...made.filter(({ isTop }) => isTop).map(({ to }) => parentPath(to)),
  ]);
  const own = standingDirectories(request)
    .filter(({ stat }) => actingUid !== 0 && Number(stat.uid) === actingUid)
    .map((directory) => ({
      ...directory,
      present: presentMetadata(directory.path, directory.stat),
    }));
  const opened = own
    .filter(
      ({ present }) =>
        written.has(present.path) && movableMode(present, actingUid) !== present.mode,
    )
    .map(({ present }) => ({ ...present, mode: movableMode(present, actingUid) }))
    .toReversed();
  const top = own.find((directory) => directory.path === path);
  const mode = keepsMetadata ? top?.present.mode : top?.entry.mode;
  const isClosed = mode !== undefined && movableMode({ mode }, actingUid) !== mode;
  return { opened, closed: isClosed ? { path, mode } : null };
}
