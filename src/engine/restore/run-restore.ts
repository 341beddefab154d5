// Doing a planned restore: everything is rebuilt in a directory of its own and proved by its digest,
// then put in place by renames, then given its metadata. A failure at any step takes all of it back,
// so that the destination is as it was; what a restore replaces is deleted only when it is through.
// A directory that is new is put together beside its place and gets its name by one rename, so that
// also a process that is killed, or a power loss, leaves all of it or nothing.
import { CorruptError, InTheWayError, type RewindError, SystemError } from '../../errors.js';
import { mirrorMetadata } from '../../repository/commit/mirror-metadata.js';
import type { OpenRepository } from '../../repository/repository.js';
import { readContent } from '../../repository/contents/read-content.js';
import {
  type MetadataTarget,
  type UnsetMetadata,
  applyMetadata,
} from '../../system/files/apply-metadata.js';
import { type BytePath, ROOT, formatPath, joinPath } from '../../system/files/byte-path.js';
import { type DigestSource, Digests } from '../../system/digest/digests.js';
import type { ParsedOwner } from '../../system/files/owners.js';
import { WriteBehind } from '../../system/files/write-behind.js';
import type { CheckedDestination } from './check-destination.js';
import { lookNote, showPath, type Note } from '../run/notes.js';
import {
  type Placement,
  WorkDirectory,
  placeRestored,
  syncDirectories,
  syncReadable,
} from './place-restored.js';
import type { PlannedEntry } from './plan-restore.js';
import { unsetNotes } from './restore-notes.js';
import type { RunContext } from '../run/run-context.js';
import { UndoList } from '../run/undo-list.js';

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
  const isNewTree =
    run.entries[0]?.version.type === 'directory' && fileSystem.stat(destination.path) === null;
  try {
    work.make();
    const top = isNewTree ? work.whole : destination.path;
    const restored = await digesting(run, (digests) => rebuild(run, work, top, digests));
    const unset = applyMetadata(
      fileSystem,
      restored.flatMap(({ entry, made }) => (made === null ? [] : [metadataFor(run, entry, made)])),
    );
    await syncMade(run, restored);
    // What is moved aside must not be lost with a directory that a power loss undoes.
    syncDirectories(fileSystem, [destination.workDirectory, work.root, work.made]);
    await context.checkpoint();
    const { missingParents } = destination;
    const written = placeRestored({
      fileSystem,
      missingParents: isNewTree ? [] : missingParents,
      placements: restored,
      asideDirectory: work.aside,
      undo,
    });
    const directories = restored.filter(({ made }) => made === null).toReversed();
    unset.push(...applyMetadata(fileSystem, directoryMetadata(run, directories, isNewTree)));
    syncDirectories(fileSystem, [...written, ...directories.map(({ target }) => target)]);
    if (isNewTree) unset.push(...publish(run, work, undo));
    const notes = removeWork(work);
    unset.push(...setTimeAgain(run));
    return [...unsetNotes(nameTargets(run, restored, unset)), ...notes];
  } catch (error) {
    throw takenBack(run, undo, work, disturbed, error);
  }
}

/** Gives a new directory, whole and durable, its place. */
function publish(run: RestoreRun, work: WorkDirectory, undo: UndoList): UnsetMetadata[] {
  const { context, destination, entries } = run;
  const { fileSystem } = context;
  const { path, missingParents } = destination;
  if (fileSystem.stat(path) !== null) {
    throw new InTheWayError(`'${formatPath(path)}' was made by somebody else meanwhile`, { path });
  }
  const written = placeRestored({
    fileSystem,
    missingParents,
    placements: [{ target: path, made: work.whole }],
    asideDirectory: work.aside,
    undo,
  });
  const [top] = entries;
  const unset = top === undefined ? [] : applyMetadata(fileSystem, [metadataFor(run, top, path)]);
  syncDirectories(fileSystem, [path, ...written]);
  return unset;
}

/** The metadata of each directory, from the deepest on. */
function directoryMetadata(
  run: RestoreRun,
  directories: readonly RestoredEntry[],
  isNewTree: boolean,
): MetadataTarget[] {
  return directories.map(({ entry, target }) => {
    const wanted = metadataFor(run, entry, target);
    // One that is going to be renamed into another directory must be writable until then.
    const isMoved = isNewTree && entry.relative === ROOT && run.context.uid !== 0;
    return isMoved ? { ...wanted, mode: wanted.mode | 0o700 } : wanted;
  });
}

/** Each once, with the path at which the entry is now, for what a person is told. */
function nameTargets(
  { destination }: RestoreRun,
  restored: readonly RestoredEntry[],
  unset: readonly UnsetMetadata[],
): UnsetMetadata[] {
  const paths = new Map<BytePath, BytePath>();
  for (const { entry, made, target } of restored) {
    paths.set(made ?? target, targetOf(destination.path, entry));
  }
  const named = new Map<string, UnsetMetadata>();
  for (const item of unset) {
    const path = paths.get(item.path) ?? item.path;
    named.set(`${item.what} ${path}`, { ...item, path });
  }
  return [...named.values()];
}

function targetOf(top: BytePath, { relative }: PlannedEntry): BytePath {
  return relative === ROOT ? top : joinPath(top, relative);
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

/**
 * Makes every file and link inside the work directory, each proved by its digest.
 * @param top where the tree is going to be put together
 */
async function rebuild(
  run: RestoreRun,
  work: WorkDirectory,
  top: BytePath,
  digests: DigestSource,
): Promise<RestoredEntry[]> {
  const { context } = run;
  const restored: RestoredEntry[] = [];
  let doneBytes = 0;
  for (const [index, entry] of run.entries.entries()) {
    const { version } = entry;
    const target = targetOf(top, entry);
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

/** Makes the metadata of the files durable, which they were given after their bytes were synced. */
async function syncMade(
  { context }: RestoreRun,
  restored: readonly RestoredEntry[],
): Promise<void> {
  const { fileSystem, checkpoint } = context;
  for (const { entry, made } of restored) {
    if (made === null || entry.version.type !== 'file') continue;
    await checkpoint();
    syncReadable(fileSystem, made, 'read');
  }
}

function nameFile(error: RewindError, path: BytePath): CorruptError {
  return new CorruptError(`'${showPath(path)}' cannot be restored: ${error.message}`, {
    hint: "'redis-rewind verify REPO' shows what is damaged and which snapshots are whole",
    path,
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
    .flatMap((entry): MetadataTarget[] => {
      const path = targetOf(destination.path, entry);
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
      {
        operation: 'undo the failed restore of',
        object: formatPath(destination.path),
        path: destination.path,
        errno: failure instanceof SystemError ? failure.errno : '',
        reason: failure.message,
      },
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
