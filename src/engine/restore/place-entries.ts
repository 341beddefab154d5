// Moves restored entries from the work directory to their places. Each step can be undone.
import { InTheWayError } from '../../errors.js';
import { type UnsetMetadata, applyMetadata } from '../../system/files/metadata/apply-metadata.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { setMode } from '../../system/files/metadata/set-mode.js';
import type { UndoList } from '../run/undo-list.js';
import type { PlacementPlan, PlacementStep } from './plan-placement.js';
import { mountInTheWay } from './destination/check-destination.js';
import { syncDirectories } from './sync-restored.js';

/**
 * @param undo is given the reverse of each step that was done, also when a later step throws
 * @returns the metadata that could not be set
 * @throws InTheWayError, SystemError
 */
export function placeEntries(
  fileSystem: FileSystem,
  { steps, metadata, sync }: PlacementPlan,
  undo: UndoList,
): UnsetMetadata[] {
  for (const step of steps) {
    if (step.kind === 'make-directory') {
      fileSystem.makeDirectory(step.path, step.mode);
      undo.add(() => fileSystem.removeDirectory(step.path));
    } else {
      placeIn(fileSystem, step, undo);
    }
  }
  const unset = applyMetadata(fileSystem, metadata);
  syncDirectories(fileSystem, sync);
  return unset;
}

type PlaceStep = Extract<PlacementStep, { readonly kind: 'place' }>;

function placeIn(fileSystem: FileSystem, step: PlaceStep, undo: UndoList): void {
  try {
    placeOne(fileSystem, step, undo);
  } catch (error) {
    throw mountPointError(step.to, error) ?? error;
  }
}

/** Nothing can be moved over or away from a mount point, nor out of one mount into another. */
function mountPointError(to: BytePath, error: unknown): InTheWayError | null {
  const isMounted = isErrno(error, 'EXDEV') || isErrno(error, 'EBUSY');
  return isMounted ? mountInTheWay(to, error) : null;
}

function placeOne(fileSystem: FileSystem, step: PlaceStep, undo: UndoList): void {
  moveAside(fileSystem, step, undo);
  const { from, to, modeAfter } = step;
  if (modeAfter === null) {
    fileSystem.rename(from, to);
    undo.add(() => fileSystem.rename(to, from));
    return;
  }
  // The directory is open from before the rename: nothing else can take its place.
  const directory = fileSystem.open(from, 'entry');
  try {
    fileSystem.rename(from, to);
    undo.add(() => fileSystem.rename(to, from));
    fileSystem.chmodOpen(directory, modeAfter);
    undo.add(() => setMode(fileSystem, to, modeAfter | 0o700));
  } finally {
    fileSystem.close(directory);
  }
}

function moveAside(fileSystem: FileSystem, { to, aside }: PlaceStep, undo: UndoList): void {
  const standing = fileSystem.stat(to);
  if (standing === null) return;
  // This is not planned: another program may have made something there since the plan was made.
  if (aside === null || standing.isDirectory()) {
    const message = `'${formatPath(to)}' was made by another program during the restore`;
    throw new InTheWayError(message, { path: to });
  }
  fileSystem.rename(to, aside);
  undo.add(() => fileSystem.rename(aside, to));
}
