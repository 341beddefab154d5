// Does one stage of a placement. Each step can be undone.
import { InTheWayError } from '../../errors.js';
import { type UnsetMetadata, applyMetadata } from '../../system/files/apply-metadata.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import type { UndoList } from '../run/undo-list.js';
import type { PlacementStage, PlacementStep } from './plan-placement.js';
import { syncDirectories } from './sync-restored.js';

/**
 * @param undo is given the reverse of each step that was done, also when a later step throws
 * @returns the metadata that could not be set
 * @throws InTheWayError, SystemError
 */
export function placeEntries(
  fileSystem: FileSystem,
  { steps, metadata, sync }: PlacementStage,
  undo: UndoList,
): UnsetMetadata[] {
  for (const step of steps) runStep(fileSystem, step, undo);
  const unset = applyMetadata(fileSystem, metadata);
  syncDirectories(fileSystem, sync);
  return unset;
}

function runStep(fileSystem: FileSystem, step: PlacementStep, undo: UndoList): void {
  if (step.kind === 'make-directory') {
    fileSystem.makeDirectory(step.path, step.mode);
    undo.add(() => fileSystem.removeDirectory(step.path));
    return;
  }
  const { from, to, aside } = step;
  // This is not planned: another program may have made a file there since the plan was made.
  if (fileSystem.stat(to) !== null) {
    if (aside === null) {
      const message = `'${formatPath(to)}' was made by another program during the restore`;
      throw new InTheWayError(message, { path: to });
    }
    fileSystem.rename(to, aside);
    undo.add(() => fileSystem.rename(aside, to));
  }
  fileSystem.rename(from, to);
  undo.add(() => fileSystem.rename(to, from));
}
