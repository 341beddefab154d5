// Carries out the plan of a restore. All entries are made in the work directory first, and then moved to
// their places. A failure at any step undoes everything, so that the destination is as it was.
import { SystemError } from '../../errors.js';
import {
  type UnsetMetadata,
  applyAllMetadata,
  applyMetadata,
} from '../../system/files/metadata/apply-metadata.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { setMode } from '../../system/files/metadata/set-mode.js';
import { append } from '../../system/lists/lists.js';
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
  /** The work directory of the plan, not made yet. */
  readonly work: WorkDirectory;
  readonly context: RunContext;
}

/**
 * The steps, and what a crash (a kill or a power loss) leaves:
 *
 * 1. Directories of this user that forbid writing are made writable. The work directory and all entries in it are made, given their metadata, and fsynced. A crash leaves
 *    the work directory, and the destination as it was.
 * 2. They are moved to their places (plan-placement.ts says what a crash leaves there), and the directories
 *    that have changed are fsynced.
 * 3. The work directory is deleted, with the files that were replaced. A crash leaves some of it, and the
 *    destination restored.
 * @returns notes for the report
 * @throws CorruptError, SystemError, InTheWayError, InterruptedError, with everything as it was before
 */
export async function runRestorePlan(run: RestoreRun): Promise<Note[]> {
  const { plan, source, work, context } = run;
  const { fileSystem } = context;
  const undo = new UndoList();
  try {
    applyMetadata(fileSystem, plan.opening.opened);
    work.make();
    await rebuildEntries(plan, source, context);
    const { checkpoint } = context;
    const unset = await applyAllMetadata(fileSystem, plan.contentMetadata, checkpoint);
    await syncFiles(context, plan.syncFiles);
    append(unset, await applyAllMetadata(fileSystem, plan.directoryMetadata, checkpoint));
    syncDirectories(fileSystem, plan.syncDirectories);
    await context.checkpoint();
    append(unset, placeEntries(fileSystem, plan.placement, undo));
    const leftOver = removeWork(work);
    append(unset, closeDestination(fileSystem, plan));
    append(unset, setTimes(fileSystem, plan));
    return [...unsetNotes(atFinalPaths(plan, unset)), ...leftOver];
  } catch (error) {
    throw takeBack(run, undo, error);
  }
}

/** Deletes the work directory, with the files that were replaced. */
function removeWork(work: WorkDirectory): Note[] {
  try {
    work.remove();
    return [];
  } catch (error) {
    const message = `the restore is done, but '${formatPath(work.root)}' could not be deleted: ${(error as Error).message}`;
    return [lookNote('left-over', null, message, 'delete it by hand')];
  }
}

function closeDestination(
  fileSystem: FileSystem,
  { opening: { closed } }: RestorePlan,
): UnsetMetadata[] {
  if (closed === null) return [];
  const { path, mode } = closed;
  try {
    setMode(fileSystem, path, mode);
    return [];
  } catch {
    // The restore is done.
    return [{ path, what: 'mode' }];
  }
}

function setTimes(fileSystem: FileSystem, { lastTimes }: RestorePlan): UnsetMetadata[] {
  return fileSystem.setModificationTimes(lastTimes).map((path) => ({ path, what: 'time' }));
}

/** Each once, with the path in the destination. */
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

/** Undoes what was done. @returns the error to throw: the given one, or one that says that the undo failed */
function takeBack({ plan, work, context }: RestoreRun, undo: UndoList, error: unknown): unknown {
  const failure = undo.takeBack();
  const isKept = failure !== null && hasReplaced(work);
  try {
    if (isKept) work.leave();
    else work.remove();
    applyMetadata(context.fileSystem, plan.before);
  } catch {
    // Only the work directory may be left. The first failure matters more to a person.
  }
  if (failure === null) return error;
  const hint = isKept
    ? `move the replaced files back by hand from '${formatPath(work.aside)}'`
    : 'no file was replaced; what the restore has made there may be left';
  return new SystemError(
    {
      operation: 'undo the failed restore of',
      object: formatPath(plan.destination),
      path: plan.destination,
      errno: failure instanceof SystemError ? failure.errno : '',
      reason: failure.message,
    },
    { hint, cause: error },
  );
}

/** Files are never deleted as long as it is unknown whether they are the only ones. */
function hasReplaced(work: WorkDirectory): boolean {
  try {
    return work.hasReplaced();
  } catch {
    return true;
  }
}
