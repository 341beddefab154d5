// Takes the writers' lock. The lock's file has no other use. If the file is gone, it is made again. If the
// file is damaged, it is emptied in place and never replaced: a process that holds the lock keeps it.
import { WriteLock, lockHeldError } from '../../catalog/write-lock.js';
import { CorruptError, NoRepositoryError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { Clock } from '../../system/time/clock.js';
import { pause } from '../../system/time/pause.js';
import { dataPath, lockPath } from '../layout.js';
import { checkOpened } from '../opened-file.js';
import { syncDirectory } from '../staging.js';

export interface LockOptions {
  /** How long to wait for another writer; 0 for not at all. */
  readonly waitLockMs: number;
  readonly checkpoint: Checkpoint;
  readonly clock: Clock;
}

const LOCK_RETRY_MS = 100;
/** The shortest wait for another run, which may be ending. */
const PATIENCE_MS = 250;
/**
 * The shortest wait for a process that has the lock for a moment, or looks at the lock: no backup should fail
 * because of a verification or a reader.
 */
const MOMENT_MS = 60_000;

/**
 * @throws LockedError where another writer does not end in time; NoRepositoryError where the other writer
 *   had made the repository and has removed it again
 */
export async function acquireLock(
  fileSystem: FileSystem,
  repository: BytePath,
  options: LockOptions,
): Promise<WriteLock> {
  const startedMs = options.clock.monotonicMs();
  makeIfMissing(fileSystem, repository);
  for (;;) {
    const lock = tryAcquire(fileSystem, repository);
    if (lock !== null) return lock;
    const patienceMs = isBeingWritten(repository) ? PATIENCE_MS : MOMENT_MS;
    const waitMs = Math.max(options.waitLockMs, patienceMs);
    const leftMs = startedMs + waitMs - options.clock.monotonicMs();
    if (leftMs <= 0) throw lockHeldError(repository);
    await pause(Math.min(LOCK_RETRY_MS, leftMs));
    await options.checkpoint();
  }
}

/** Whether a process holds the lock for a run, such as a backup. False where the lock is damaged or cannot be read. */
export function isBeingWritten(repository: BytePath): boolean {
  try {
    return WriteLock.isHeld(lockPath(repository));
  } catch {
    return false;
  }
}

function makeIfMissing(fileSystem: FileSystem, repository: BytePath): void {
  const path = lockPath(repository);
  if (fileSystem.stat(path) !== null) return;
  try {
    fileSystem.close(fileSystem.open(path, 'create'));
  } catch (error) {
    // Another process was faster.
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  syncDirectory(fileSystem, dataPath(repository));
}

function tryAcquire(fileSystem: FileSystem, repository: BytePath): WriteLock | null {
  const path = lockPath(repository);
  const before = fileSystem.stat(path);
  if (before === null) throw takenAway(repository);
  const lock = lockFile(fileSystem, path);
  if (lock === null) return null;
  try {
    // Only the holder of the lock may delete the file. So this is the locked file, or there is none.
    const after = fileSystem.stat(path);
    if (after?.dev !== before.dev || after.ino !== before.ino) throw takenAway(repository);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function takenAway(repository: BytePath): NoRepositoryError {
  return new NoRepositoryError(
    `the repository at '${formatPath(repository)}' was removed by the process that was making it`,
    { path: repository, hint: 'run the backup again' },
  );
}

function lockFile(fileSystem: FileSystem, path: BytePath): WriteLock | null {
  const acquire = (): WriteLock | null => WriteLock.tryAcquire(path, checkOpened(fileSystem, path));
  try {
    return acquire();
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    // No process holds a damaged lock, because SQLite locks only files that it can read as a database.
    const file = fileSystem.open(path, 'update');
    try {
      requireOnlyName(fileSystem.statOpen(file), path);
      fileSystem.truncate(file, 0);
      fileSystem.sync(file);
    } finally {
      fileSystem.close(file);
    }
    return acquire();
  }
}

/** Another name may be that of a file of somebody else. @throws CorruptError */
function requireOnlyName({ nlink }: FileStat, path: BytePath): void {
  if (nlink === 1n) return;
  throw new CorruptError(`'${formatPath(path)}' holds data and has another name`, {
    path,
    hint: 'move it out of the repository; the next backup makes a new one',
  });
}
