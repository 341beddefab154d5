// Doing a planned restore: everything is rebuilt in a directory of its own and proved by its digest,
// then put in place by renames, then given its metadata. A failure at any step takes all of it back,
// so that the destination is as it was; what a restore replaces is deleted only when it is through.
import { CorruptError, type RewindError, SystemError } from '../errors.js';
import { mirrorMetadata } from '../repository/mirror-metadata.js';
import type { OpenRepository } from '../repository/open-repository.js';
import { readContent } from '../repository/read-content.js';
import {
  type MetadataTarget,
  type UnsetMetadata,
  applyMetadata,
} from '../system/apply-metadata.js';
import { type BytePath, ROOT, formatPath, joinPath } from '../system/byte-path.js';
import { type DigestSource, Digests } from '../system/digests.js';
import type { ParsedOwner } from '../system/owners.js';
import { WriteBehind } from '../system/write-behind.js';
import type { CheckedDestination } from './check-destination.js';
import { lookNote, showPath } from './notes.js';
import { type Placement, WorkDirectory, placeRestored, syncDirectories } from './place-restored.js';
import type { PlannedEntry } from './plan-restore.js';
import type { Note } from './reports.js';
import { unsetNotes } from './restore-notes.js';
import type { RunContext } from './run-context.js';
import { UndoList } from './undo-list.js';

export interface RestoreRun {
  readonly context: RunContext;
  readonly repository: OpenRepository;
  /** A directory before what is in it. */
  readonly entries: readonly PlannedEntry[];
  readonly destination: CheckedDestination;
  /** Whom the entries are given to; null for their recorded owners. */
  readonly owner: ParsedOwner | null;
  /** Of all files together. */
  readonly bytes: number;
}

/**
 * @returns what a person should know
 * @throws CorruptError, SystemError, InterruptedError, with everything as it was before
 */
export async function runRestore(run: RestoreRun): Promise<Note[]> {
  const { context, destination } = run;
  const { fileSystem } = context;
  const disturbed = findDisturbed(run);
  const undo = new UndoList();
  const work = new WorkDirectory(
    fileSystem,
    destination.workDirectory,
    `.redis-rewind-restore-${context.processId}`,
  );
  try {
    work.make();
    const restored = await digesting(run, (digests) => rebuild(run, work, digests));
    const unset = applyMetadata(
      fileSystem,
      restored.flatMap(({ entry, made }) => (made === null ? [] : [metadataFor(run, entry, made)])),
    );
    syncDirectories(fileSystem, [work.made]);
    await context.checkpoint();
    const written = placeRestored({
      fileSystem,
      missingParents: destination.missingParents,
      placements: restored,
      asideDirectory: work.aside,
      undo,
    });
    const directories = restored.filter(({ made }) => made === null).toReversed();
    unset.push(
      ...applyMetadata(
        fileSystem,
        directories.map(({ entry, target }) => metadataFor(run, entry, target)),
      ),
    );
    syncDirectories(fileSystem, [...written, ...directories.map(({ target }) => target)]);
    const notes = removeWork(work);
    unset.push(...setTimeAgain(run));
    const targets = new Map(restored.map(({ made, target }) => [made ?? target, target]));
    const named = unset.map((item) => ({ ...item, path: targets.get(item.path) ?? item.path }));
    return [...unsetNotes(named), ...notes];
  } catch (error) {
    throw takenBack(run, undo, work, disturbed, error);
  }
}

interface RestoredEntry extends Placement {
  readonly entry: PlannedEntry;
}

/** The digests of large files are made on a thread of their own, which starts while the first is planned. */
async function digesting<T>(
  { entries }: RestoreRun,
  work: (digests: DigestSource) => Promise<T>,
): Promise<T> {
  const digests = new Digests();
  try {
    for (const { version } of entries) digests.prepare(version.content?.sizeBytes ?? 0);
    return await work(digests);
  } finally {
    await digests.close();
  }
}

/** Makes every file and link inside the work directory, each proved by its digest. */
async function rebuild(
  run: RestoreRun,
  work: WorkDirectory,
  digests: DigestSource,
): Promise<RestoredEntry[]> {
  const { context, destination } = run;
  const restored: RestoredEntry[] = [];
  let doneBytes = 0;
  for (const [index, entry] of run.entries.entries()) {
    const { version, relative } = entry;
    const target = relative === ROOT ? destination.path : joinPath(destination.path, relative);
    const made = version.type === 'directory' ? null : joinPath(work.made, String(index));
    if (made !== null && version.linkTarget !== null) {
      context.fileSystem.makeLink(version.linkTarget, made);
    } else if (made !== null) {
      await rebuildFile(run, entry, made, digests, (count) => {
        doneBytes += count;
        const path = showPath(version.path);
        context.onProgress({ phase: 'restoring', path, doneBytes, totalBytes: run.bytes });
      });
    }
    restored.push({ entry, target, made });
  }
  return restored;
}

async function rebuildFile(
  { context, repository }: RestoreRun,
  { version }: PlannedEntry,
  made: BytePath,
  digests: DigestSource,
  onBytes: (count: number) => void,
): Promise<void> {
  if (version.content === null) throw new CorruptError('a file without a content');
  const { fileSystem, checkpoint } = context;
  const file = fileSystem.open(made, 'create');
  const behind = new WriteBehind(fileSystem, file);
  try {
    let position = 0;
    const emit = (bytes: Uint8Array): void => {
      fileSystem.write(file, bytes, position);
      behind.wrote(bytes.length);
      position += bytes.length;
      onBytes(bytes.length);
    };
    await readContent(repository, version.content, emit, checkpoint, digests);
    await behind.settle();
    fileSystem.sync(file);
  } catch (error) {
    throw error instanceof CorruptError ? nameFile(error, version.path) : error;
  } finally {
    await behind.settle().catch(() => {});
    fileSystem.close(file);
  }
}

function nameFile(error: RewindError, path: BytePath): CorruptError {
  return new CorruptError(`'${showPath(path)}' cannot be restored: ${error.message}`, {
    hint: "'redis-rewind verify REPO' shows what is damaged and which snapshots are whole",
    cause: error,
  });
}

function metadataFor(run: RestoreRun, { version }: PlannedEntry, place: BytePath): MetadataTarget {
  return {
    ...mirrorMetadata(place, version, 0),
    uid: run.owner?.uid ?? version.uid,
    gid: run.owner?.gid ?? version.gid,
  };
}

/** The directories of the destination that are there already, as they are now, deepest first. */
function findDisturbed({ context, destination, entries }: RestoreRun): MetadataTarget[] {
  return entries
    .filter(({ version }) => version.type === 'directory')
    .flatMap(({ relative }): MetadataTarget[] => {
      const path = relative === ROOT ? destination.path : joinPath(destination.path, relative);
      const stat = context.fileSystem.stat(path);
      if (stat?.isDirectory() !== true) return [];
      return [
        {
          path,
          type: 'directory',
          mode: Number(stat.mode & 0o7777n),
          uid: Number(stat.uid),
          gid: Number(stat.gid),
          mtimeNs: stat.mtimeNs,
        },
      ];
    })
    .toReversed();
}

/** Takes back what was done, and gives the error that says how it ended. */
function takenBack(
  { context, destination }: RestoreRun,
  undo: UndoList,
  work: WorkDirectory,
  disturbed: readonly MetadataTarget[],
  error: unknown,
): unknown {
  const failure = undo.takeBack();
  if (failure !== null) {
    return new SystemError(
      'undo the failed restore of',
      formatPath(destination.path),
      failure instanceof SystemError ? failure.errno : '',
      failure.message,
      {
        hint: `what stood there before is in '${formatPath(work.aside)}', as far as it was replaced`,
        cause: error,
      },
    );
  }
  try {
    work.remove();
    applyMetadata(context.fileSystem, disturbed);
  } catch {
    // Only the work directory stays; the failure that led here is the one to tell.
  }
  return error;
}

/** Deletes what was replaced, now that nothing needs it any more. */
function removeWork(work: WorkDirectory): Note[] {
  try {
    work.remove();
    return [];
  } catch (error) {
    return [
      lookNote(
        'left-over',
        null,
        `the restore is done, but '${formatPath(work.root)}' could not be deleted: ${(error as Error).message}`,
        'delete it',
      ),
    ];
  }
}

/** The work directory's end has changed the time of the directory that it was in. */
function setTimeAgain({ context, destination, entries }: RestoreRun): UnsetMetadata[] {
  const [top] = entries;
  if (top === undefined || destination.workDirectory !== destination.path) return [];
  return context.fileSystem
    .setModificationTimes([{ path: destination.path, mtimeNs: top.version.mtimeNs }])
    .map((path) => ({ path, what: 'time' }));
}
