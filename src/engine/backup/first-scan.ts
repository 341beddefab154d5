// The scan of a first backup. It comes before the repository is made, so that nothing is made where the
// space is too small, and the first snapshot is taken of it: SOURCE is scanned once. Later backups, and those
// that wait for another writer, scan under the lock. Those of a server scan after it has saved.
import { inspectTarget } from '../../repository/open/inspect-target.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { leaveOutLinksOfOthers } from '../source/links-of-others.js';
import { type SourceScan, scanSource } from '../source/scan-source.js';
import type { BackupRun } from './backup-run.js';
import { NO_SNAPSHOT } from './last-snapshot.js';
import { filesToRead } from './plan-reading.js';
import { requireRoom } from './require-room.js';

/**
 * @param repository its path
 * @returns null where this is not a first backup, or a server has to save before the scan
 * @throws NoSpaceError, InTheWayError
 */
export async function scanBeforeCreation(
  run: BackupRun,
  repository: BytePath,
): Promise<SourceScan | null> {
  const { request, context, digests } = run;
  if (!request.create || inspectTarget(context.fileSystem, repository) !== 'to-be-made')
    return null;
  if (run.preparedServer !== null) return null;
  const scan = leaveOutLinksOfOthers(await scanSource(run), request.hardLinksOfOthers);
  const toRead = filesToRead(scan.entries, NO_SNAPSHOT, request.rehash);
  const { tooLarge } = requireRoom(context, repository, toRead);
  // The thread starts while the repository is made.
  for (const { path, stat } of toRead) {
    if (!tooLarge.has(path)) digests.prepare(stat.size);
  }
  return scan;
}
