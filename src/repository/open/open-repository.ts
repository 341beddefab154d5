// Opens a repository. A reader takes no lock and writes nothing. A writer holds the writers' lock, and first
// finishes or cleans up what an earlier run has left.
import { Catalog } from '../../catalog/catalog.js';
import { type ConnectOptions, requireSqlite, sqliteName } from '../../catalog/sqlite.js';
import type { WriteLock } from '../../catalog/write-lock.js';
import { CorruptError, LockedError, NoRepositoryError } from '../../errors.js';
import { type BytePath, baseName, formatPath, joinPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { copyPrivately } from '../../system/files/temporary/private-copy.js';
import { requireSoundCatalog, requireSoundForMigration } from '../check/sound-catalog.js';
import { settleEarlierRun } from '../commit/settle-earlier-run.js';
import { COMMIT_PATIENCE_MS, type Patience, waitForReaders } from '../commit/wait-for-readers.js';
import { catalogJournalPath, catalogPath, dataPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { checkOpened } from '../opened-file.js';
import { repairHint } from '../repair-hint.js';
import type { RepositoryPlace } from '../repository-place.js';
import type { OpenRepository, WritableRepository } from '../repository.js';
import { type LockOptions, acquireLock, isBeingWritten } from './acquire-lock.js';
import { finishCreation, prepareRepository } from './create-repository.js';
import {
  type HeldRepository,
  holdAbove,
  holdRealRepository,
  holdRepository,
} from './hold-repository.js';
import { inspectTarget } from './inspect-target.js';
import { noRepositoryAt } from './no-repository.js';
import { ReadableRepository, type WriterEnd, WriterRepository } from './opened-repository.js';
import { makeMissingFolders, requireOwnFolders } from './own-folders.js';
import { isBareCreation, removeEmptyFolders, takeBackCreation } from './take-back-creation.js';

/**
 * Makes sure that the installed program can open catalogs. Called before anything is written.
 * @throws InstallationError
 */
export function requireCatalogs(): void {
  requireSqlite();
}

/**
 * Opens for reading. Takes no lock and changes nothing, so a repository may be on read-only media.
 * @throws NoRepositoryError, CorruptError, NewerFormatError; LockedError while another process makes it
 */
export function openForReading(fileSystem: FileSystem, named: BytePath): OpenRepository {
  const held = holdRepository(fileSystem, named);
  try {
    return openHeldForReading(fileSystem, held);
  } catch (error) {
    held.release();
    throw error;
  }
}

/**
 * As openForReading, for a command that reads snapshots. A repository without a snapshot is opened only if its
 * first backup no longer runs.
 * @throws also LockedError while the first backup runs
 */
export function openSnapshots(fileSystem: FileSystem, named: BytePath): OpenRepository {
  const repository = openForReading(fileSystem, named);
  try {
    // By the second question, the backup may have ended.
    const isFirstBackup =
      holdsNothing(repository) && isBeingWritten(repository.path) && holdsNothing(repository);
    if (isFirstBackup) throw firstBackupRuns(repository.path);
    return repository;
  } catch (error) {
    repository.close();
    throw error;
  }
}

/** False where this cannot be read: the command then says what is damaged. */
function holdsNothing(repository: OpenRepository): boolean {
  try {
    return !repository.hasSnapshots();
  } catch (error) {
    if (error instanceof CorruptError) return false;
    throw error;
  }
}

function openHeldForReading(
  fileSystem: FileSystem,
  { path, release }: HeldRepository,
): OpenRepository {
  requireOwnFolders(fileSystem, path);
  requireMadeRepository(fileSystem, path);
  try {
    const catalog = openOwnCatalog({ fileSystem, path }, { readOnly: true });
    return new ReadableRepository({ path, fileSystem, catalog }, release);
  } catch (error) {
    const isDenied = ['EACCES', 'EPERM', 'EROFS'].some((errno) => isErrno(error, errno));
    if (!isDenied || fileSystem.stat(catalogJournalPath(path)) === null) {
      throw error;
    }
    // There is the journal of a commit that was cut off. A reader may not roll it back in the repository,
    // so SQLite rolls it back in a private copy.
    const copy = copyPrivately(fileSystem, [catalogPath(path), catalogJournalPath(path)]);
    const remove = (): void => {
      copy.remove();
      release();
    };
    try {
      const copied = joinPath(copy.directory, baseName(catalogPath(path)));
      const options = { readOnly: false, copyOf: catalogPath(path) };
      const catalog = openCatalog(path, copied, options);
      return new ReadableRepository({ path, fileSystem, catalog }, remove);
    } catch (failure) {
      copy.remove();
      throw failure;
    }
  }
}

/** Who writes, and how waiting goes on. */
export interface Writer extends Patience {
  readonly actingUid: number;
}

export interface WriterOptions extends LockOptions, Writer {
  /** Whether to make the repository where there is none. If false, a missing repository is an error. */
  readonly create: boolean;
}

/** Opening is tried again where another process has made the repository and removed it again. */
const MOST_ATTEMPTS = 10;

/**
 * Opens for writing: takes the lock, then finishes or cleans up what an earlier run has left.
 * @param path real path
 * @throws LockedError where another writer does not end in time, UsageError where the path is not UTF-8
 */
export async function openForWriting(
  fileSystem: FileSystem,
  path: BytePath,
  options: WriterOptions,
): Promise<WritableRepository> {
  sqliteName(path);
  const madeFolders: BytePath[] = [];
  for (let attempt = 1; ; attempt += 1) {
    let isPrepared = false;
    let held: HeldRepository | null = null;
    try {
      requireOwnFolders(fileSystem, path);
      const toBeMade = options.create && inspectTarget(fileSystem, path) === 'to-be-made';
      if (toBeMade) prepareHeld({ fileSystem, path }, madeFolders);
      isPrepared = toBeMade;
      held = holdRealRepository(fileSystem, path);
      // What was looked at by its path may be something else by now.
      requireOwnFolders(fileSystem, held.path);
      if (!toBeMade) requireRepository(fileSystem, held.path);
      isPrepared = true;
      const lock = await acquireLock(fileSystem, held.path, options);
      return await openUnderLock({ fileSystem, held }, { lock, madeFolders, options });
    } catch (error) {
      held?.release();
      const isTakenAway = error instanceof NoRepositoryError || isErrno(error, 'ENOENT');
      if (options.create && isTakenAway && attempt < MOST_ATTEMPTS) continue;
      if (!isPrepared) quietly(() => removeEmptyFolders(fileSystem, madeFolders));
      throw error;
    }
  }
}

/** Makes the repository's folders in the nearest folder that is there, and nowhere else. */
function prepareHeld(place: RepositoryPlace, madeFolders: BytePath[]): void {
  const above = holdAbove(place.fileSystem, place.path);
  try {
    prepareRepository(place, madeFolders);
  } finally {
    above.release();
  }
}

interface HeldPlace {
  readonly fileSystem: FileSystem;
  readonly held: HeldRepository;
}

interface Locked {
  readonly lock: WriteLock;
  readonly madeFolders: readonly BytePath[];
  readonly options: WriterOptions;
}

/** Opens the repository after the lock is taken. Releases the lock where this fails. */
async function openUnderLock(
  { fileSystem, held }: HeldPlace,
  { lock, madeFolders, options }: Locked,
): Promise<WritableRepository> {
  const place = { fileSystem, path: held.path };
  const release = (): void => {
    lock.release();
    held.release();
  };
  let created = false;
  const takeBack = (): void => {
    if (created && isBareCreation(place)) takeBackCreation(place, madeFolders);
  };
  try {
    // While this process waited, another process may have made the repository, or removed it again.
    created = options.create && inspectTarget(place.fileSystem, place.path) === 'to-be-made';
    if (created) finishCreation(place, Math.floor(options.clock.nowMs() / 1000));
    return await openAsWriter(place, options, {
      created,
      onClosed: release,
      onAbandoned: (isEmpty) => {
        if (isEmpty) quietly(takeBack);
        release();
      },
    });
  } catch (error) {
    quietly(takeBack);
    lock.release();
    throw error;
  }
}

/** Cleans up after a failure, and ignores further errors: the first failure is the one to report. */
function quietly(cleanUp: () => void): void {
  try {
    cleanUp();
  } catch {
    // An unfinished creation is left. The next backup finishes it.
  }
}

/** As openForWriting, for a caller that holds the lock and keeps it when the repository is closed. */
export function openLocked(place: RepositoryPlace, writer: Writer): Promise<WritableRepository> {
  const nothing = (): void => {};
  return openAsWriter(place, writer, {
    created: false,
    onClosed: nothing,
    onAbandoned: nothing,
  });
}

/** Opens the catalog, and finishes or cleans up what an earlier run has left. The lock is held. */
async function openAsWriter(
  place: RepositoryPlace,
  writer: Writer,
  end: WriterEnd,
): Promise<WritableRepository> {
  const local = await waitForReaders(place.path, writer, COMMIT_PATIENCE_MS, () =>
    openSettled(place, writer.actingUid),
  );
  return new WriterRepository(local, end, writer);
}

function openSettled({ fileSystem, path }: RepositoryPlace, actingUid: number): LocalRepository {
  const catalog = openOwnCatalog({ fileSystem, path }, { readOnly: false });
  try {
    const local = { path, fileSystem, catalog };
    if (catalog.isOlder) requireSoundForMigration(local);
    const newest = requireSoundCatalog(local);
    catalog.migrate();
    makeMissingFolders(fileSystem, path);
    settleEarlierRun(local, actingUid, newest);
    return local;
  } catch (error) {
    catalog.close();
    throw error;
  }
}

/** Errors as openCatalog; CorruptError where the catalog was replaced meanwhile. */
function openOwnCatalog(
  { fileSystem, path }: RepositoryPlace,
  { readOnly }: { readonly readOnly: boolean },
): Catalog {
  const file = catalogPath(path);
  return openCatalog(path, file, { readOnly, onOpened: checkOpened(fileSystem, file) });
}

/** @throws CorruptError whose hint says how to rebuild the catalog */
function openCatalog(repository: BytePath, file: BytePath, options: ConnectOptions): Catalog {
  try {
    return Catalog.open(file, options);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    throw new CorruptError(error.message, {
      path: options.copyOf ?? file,
      hint: error.hint ?? repairHint(repository),
      cause: error,
    });
  }
}

/** As requireRepository. @throws LockedError while another process makes the repository */
function requireMadeRepository(fileSystem: FileSystem, path: BytePath): void {
  try {
    requireRepository(fileSystem, path);
  } catch (error) {
    if (!(error instanceof NoRepositoryError) || !isBeingWritten(path)) throw error;
    throw new LockedError(
      `the repository at '${formatPath(path)}' is being made by another process`,
      { path, hint: WAIT_FOR_FIRST },
    );
  }
}

const WAIT_FOR_FIRST = 'wait for the first backup to end';

function firstBackupRuns(path: BytePath): LockedError {
  return new LockedError(
    `the first backup into '${formatPath(path)}' is still running, so that there is no snapshot yet`,
    { path, hint: WAIT_FOR_FIRST },
  );
}

/** @throws NoRepositoryError; CorruptError where there is a repository without a catalog */
export function requireRepository(fileSystem: FileSystem, path: BytePath): void {
  const stat = fileSystem.stat(catalogPath(path));
  if (stat?.isFile()) return;
  if (stat !== null) {
    throw new CorruptError(`'${formatPath(catalogPath(path))}' is not a file`, {
      path,
      hint: repairHint(path),
    });
  }
  requireSomeRepository(fileSystem, path);
  // Another process may have made it since the first look.
  if (fileSystem.stat(catalogPath(path))?.isFile()) return;
  throw new CorruptError(`the repository at '${formatPath(path)}' has lost its catalog`, {
    path,
    hint: repairHint(path),
  });
}

/** Requires a repository, which may be damaged. @throws NoRepositoryError */
export function requireSomeRepository(fileSystem: FileSystem, path: BytePath): void {
  if (fileSystem.stat(dataPath(path)) === null) throw noRepositoryAt(fileSystem, path);
  if (inspectTarget(fileSystem, path) === 'to-be-made') {
    throw new NoRepositoryError(`the repository at '${formatPath(path)}' was never finished`, {
      path,
      hint: 'run the backup again: it makes what is missing',
    });
  }
}
