// Taking the writers' lock. Its file holds nothing but the lock. A file that is gone is made again; a
// damaged one is emptied in place and never replaced, so that a process that holds the lock keeps it.
import { WriteLock, lockHeldError } from '../../catalog/write-lock.js';
import { CorruptError, NoRepositoryError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { Clock } from '../../system/time/clock.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { pause } from '../../system/time/pause.js';
import { dataPath, lockPath } from '../layout.js';
import { syncDirectory } from '../staging.js';

export interface LockOptions {
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
  readonly checkpoint: Checkpoint;
  readonly clock: Clock;
}

const LOCK_RETRY_MS = 100;
/** A verification holds the lock for a moment to note its result. No writer should fail because of that. */
const PATIENCE_MS = 250;

/**
 * @throws LockedError where another writer does not end in time; NoRepositoryError where that writer had
 *   made the repository and has removed it again
 */
export async function acquireLock(
  fileSystem: FileSystem,
  repository: BytePath,
  options: LockOptions,
): Promise<WriteLock> {
  const waitMs = Math.max(options.waitLockMs, PATIENCE_MS);
  const deadlineMs = options.clock.monotonicMs() + waitMs;
  makeIfMissing(fileSystem, repository);
  for (;;) {
    const lock = tryAcquire(fileSystem, repository);
    if (lock !== null) return lock;
    const leftMs = deadlineMs - options.clock.monotonicMs();
    if (leftMs <= 0) throw lockHeldError(repository);
    await pause(Math.min(LOCK_RETRY_MS, leftMs));
    await options.checkpoint();
  }
}

/** Whether a writer is at work, as far as can be read. Nobody holds a damaged lock. */
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
  // Only the holder of the lock may delete its file: what is there now is what is locked, or nothing is.
  const after = fileSystem.stat(path);
  if (after?.dev === before.dev && after.ino === before.ino) return lock;
  lock.release();
  throw takenAway(repository);
}

function takenAway(repository: BytePath): NoRepositoryError {
  return new NoRepositoryError(
    `the repository at '${formatPath(repository)}' was taken away by the process that was making it`,
    { path: repository, hint: 'run the backup again' },
  );
}

function lockFile(fileSystem: FileSystem, path: BytePath): WriteLock | null {
  try {
    return WriteLock.tryAcquire(path);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    // No process holds it: SQLite locks nothing that it does not take for a database.
    const file = fileSystem.open(path, 'update');
    try {
      fileSystem.truncate(file, 0);
      fileSystem.sync(file);
    } finally {
      fileSystem.close(file);
    }
    return WriteLock.tryAcquire(path);
  }
}
