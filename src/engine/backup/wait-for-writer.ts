// A recovery holds the lock of the repository while it has the server stopped. A backup that cannot reach the server then waits
// for the recovery to end, as it waits for any other writer.
import { ServerError } from '../../errors.js';
import { acquireLock, isBeingWritten } from '../../repository/open/acquire-lock.js';
import type { RunContext } from '../run/run-context.js';
import type { BackupRequest } from './backup-request.js';

/**
 * Contacts the server. If nobody answers while another process writes to the repository, it waits for that process, and tries
 * once more.
 * @throws LockedError where that process does not end in time; the errors of `contact`
 */
export async function contactAfterWriter<T>(
  { repository, waitLockMs }: Pick<BackupRequest, 'repository' | 'waitLockMs'>,
  { fileSystem, clock, checkpoint }: RunContext,
  contact: () => Promise<T>,
): Promise<T> {
  try {
    return await contact();
  } catch (error) {
    const path = fileSystem.realPath(repository);
    const isSilent = error instanceof ServerError && error.trouble === 'unreachable';
    if (!isSilent || path === null || !isBeingWritten(path)) throw error;
    const lock = await acquireLock(fileSystem, path, { waitLockMs, clock, checkpoint });
    lock.release();
    return contact();
  }
}
