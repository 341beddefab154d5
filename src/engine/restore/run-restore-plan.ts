// Doing a planned restore: everything is made in the work directory, then put in place by renames. A
// failure at any step takes all of it back, so that the destination is as it was. What the restore
// replaces is deleted only after the last step that can fail.
import { SystemError } from '../../errors.js';
import { type UnsetMetadata, applyMetadata } from '../../system/files/apply-metadata.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { type Note, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { UndoList } from '../run/undo-list.js';
import { placeEntries } from './place-entries.js';
import type { RestorePlan } from './plan-restore.js';
import { rebuildEntries } from './rebuild-entries.js';
import { unsetNotes } from './restore-notes.js';
import type { RestoreSource } from './restore-source.js';
import { syncDirectories, syncFiles } from './sync-restored.js';
import type { WorkDirectory } from './work-directory.js';

export interface RestoreRun {
  readonly plan: RestorePlan;
  readonly source: RestoreSource;
  /** The one that was planned with, not made yet. */
  readonly work: WorkDirectory;
  readonly context: RunContext;
}

/**
 * @returns what a person should know
 * @throws CorruptError, SystemError, InTheWayError, InterruptedError, with everything as it was before
 */
export async function runRestorePlan(run: RestoreRun): Promise<Note[]> {
  const { plan, source, work, context } = run;
  const { fileSystem } = context;
  const undo = new UndoList();
  try {
    work.make();
    await rebuildEntries(plan, source, context);
    const unset = applyMetadata(fileSystem, plan.madeMetadata);
    await syncFiles(context, plan.syncFiles);
    syncDirectories(fileSystem, plan.syncDirectories);
    await context.checkpoint();
    for (const stage of plan.stages) unset.push(...placeEntries(fileSystem, stage, undo));
    const leftOver = removeWork(work);
    unset.push(...setTimes(fileSystem, plan));
    return [...unsetNotes(atFinalPaths(plan, unset)), ...leftOver];
  } catch (error) {
    throw takeBack(run, undo, error);
  }
}

/** Deletes what was replaced, which nothing needs any more. */
function removeWork(work: WorkDirectory): Note[] {
  try {
    work.remove();
    return [];
  } catch (error) {
    const message = `the restore is done, but '${formatPath(work.root)}' could not be deleted: ${(error as Error).message}`;
    return [lookNote('left-over', null, message, 'delete it')];
  }
}

function setTimes(fileSystem: FileSystem, { lastTimes }: RestorePlan): UnsetMetadata[] {
  return fileSystem.setModificationTimes(lastTimes).map((path) => ({ path, what: 'time' }));
}

/** Each once, by the path at which the entry is now. */
function atFinalPaths(
  { finalPaths }: RestorePlan,
  unset: readonly UnsetMetadata[],
): UnsetMetadata[] {
  const found = new Map<string, UnsetMetadata>();
  for (const item of unset) {
    const path = finalPaths.get(item.path) ?? item.path;
    found.set(`${item.what} ${path}`, { ...item, path });
  }
  return [...found.values()];
}

/** Takes back what was done, and gives the error that says how the restore has ended. */
function takeBack({ plan, work, context }: RestoreRun, undo: UndoList, error: unknown): unknown {
  const failure = undo.takeBack();
  if (failure !== null) {
    return new SystemError(
      {
        operation: 'undo the failed restore of',
        object: formatPath(plan.destination),
        path: plan.destination,
        errno: failure instanceof SystemError ? failure.errno : '',
        reason: failure.message,
      },
      { hint: `the files that it had replaced are in '${formatPath(work.aside)}'`, cause: error },
    );
  }
  try {
    work.remove();
    applyMetadata(context.fileSystem, plan.before);
  } catch {
    // Only the work directory is left. The failure that led here is what a person must know.
  }
  return error;
}
