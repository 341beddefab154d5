// Opening a repository: for reading, without a lock and without writing; or for writing, with the
// writers' lock held and everything that an earlier run left unfinished put right.
import { Catalog } from '../catalog/catalog.js';
import { sqliteName } from '../catalog/sqlite.js';
import { WriteLock, lockHeldError } from '../catalog/write-lock.js';
import { CorruptError, NoRepositoryError } from '../errors.js';
import { type BytePath, baseName, formatPath, joinPath } from '../system/byte-path.js';
import type { Checkpoint } from '../system/checkpoint.js';
import type { Clock } from '../system/clock.js';
import { type FileSystem, isErrno } from '../system/file-system.js';
import { pause } from '../system/pause.js';
import { copyPrivately } from '../system/private-copy.js';
import { finishCreation, prepareRepository } from './create-repository.js';
import { inspectTarget } from './inspect-target.js';
import { catalogPath, dataPath, lockPath } from './layout.js';
import { recover } from './recover.js';

export interface OpenRepository {
  readonly path: BytePath;
  readonly fileSystem: FileSystem;
  readonly catalog: Catalog;
  close(): void;
}

/** A repository of which this process is the only writer. */
export interface WritableRepository extends OpenRepository {
  /** Whether this run made it. */
  readonly created: boolean;
}

/**
 * Opens for reading. Takes no lock and changes nothing, so it works on read-only media.
 * @throws NoRepositoryError, CorruptError, NewerFormatError
 */
export function openForReading(fileSystem: FileSystem, path: BytePath): OpenRepository {
  requireRepository(fileSystem, path);
  try {
    const catalog = Catalog.open(catalogPath(path), { readOnly: true });
    return { path, fileSystem, catalog, close: () => catalog.close() };
  } catch (error) {
    if (!isErrno(error, 'EACCES') || fileSystem.stat(journalPath(path)) === null) throw error;
    // The journal of a commit that was cut off: a reader may not roll it back in place.
    const copy = copyPrivately([catalogPath(path), journalPath(path)]);
    const copied = joinPath(copy.directory, baseName(catalogPath(path)));
    const catalog = Catalog.open(copied, { readOnly: false });
    return {
      path,
      fileSystem,
      catalog,
      close: () => {
        catalog.close();
        copy.remove();
      },
    };
  }
}

export interface WriterOptions {
  /** Makes the repository where there is none; otherwise that is an error. */
  readonly create: boolean;
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
  readonly checkpoint: Checkpoint;
  readonly clock: Clock;
  readonly actingUid: number;
}

/**
 * Opens for writing: takes the lock, finishes or cleans up what an earlier run left.
 * @throws LockedError where another writer does not end in time, UsageError where the path is not
 *   UTF-8
 */
export async function openForWriting(
  fileSystem: FileSystem,
  path: BytePath,
  options: WriterOptions,
): Promise<WritableRepository> {
  sqliteName(path);
  let toBeMade = options.create && inspectTarget(fileSystem, path) === 'to-be-made';
  if (toBeMade) prepareRepository(fileSystem, path);
  else requireRepository(fileSystem, path);
  const lock = await acquireLock(path, options);
  try {
    // Another process may have made it while this one waited.
    toBeMade &&= fileSystem.stat(catalogPath(path)) === null;
    if (toBeMade) finishCreation(fileSystem, path, Math.floor(options.clock.nowMs() / 1000));
    const catalog = Catalog.open(catalogPath(path), { readOnly: false });
    try {
      recover({ fileSystem, path, catalog, actingUid: options.actingUid });
    } catch (error) {
      catalog.close();
      throw error;
    }
    const close = (): void => {
      catalog.close();
      lock.release();
    };
    return { path, fileSystem, catalog, created: toBeMade, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

const LOCK_RETRY_MS = 100;

async function acquireLock(repository: BytePath, options: WriterOptions): Promise<WriteLock> {
  const deadlineMs = options.clock.monotonicMs() + options.waitLockMs;
  for (;;) {
    const lock = WriteLock.tryAcquire(lockPath(repository));
    if (lock !== null) return lock;
    const leftMs = deadlineMs - options.clock.monotonicMs();
    if (leftMs <= 0) throw lockHeldError(repository);
    await pause(Math.min(LOCK_RETRY_MS, leftMs));
    await options.checkpoint();
  }
}

function requireRepository(fileSystem: FileSystem, path: BytePath): void {
  if (fileSystem.stat(catalogPath(path))?.isFile()) return;
  const shown = formatPath(path);
  if (fileSystem.stat(dataPath(path)) === null) {
    throw new NoRepositoryError(`no repository at '${shown}'`, {
      hint: `make one with 'redis-rewind backup SOURCE ${shown}'`,
    });
  }
  if (inspectTarget(fileSystem, path) === 'to-be-made') {
    throw new NoRepositoryError(`the repository at '${shown}' was never finished`, {
      hint: 'run the backup again: it makes what is missing',
    });
  }
  throw new CorruptError(`the repository at '${shown}' has lost its catalog`, {
    hint: `its last copies are '${formatPath(dataPath(path))}/catalog.*.zst'`,
  });
}

function journalPath(repository: BytePath): BytePath {
  return `${catalogPath(repository)}-journal` as BytePath;
}
