// Whether the files that must be read have room in the repository, before anything is written.
import type { BytePath } from '../../system/files/byte-path.js';
import { requireFreeSpace, usableBytes } from '../run/check-space.js';
import type { RunContext } from '../run/run-context.js';
import type { ScannedEntry } from '../source/scan-source.js';
import { type RoomPlan, planRoom } from './plan-room.js';

/**
 * @param repository its path; it need not exist yet
 * @param toRead the files that must be read
 * @throws NoSpaceError
 */
export function requireRoom(
  { fileSystem }: Pick<RunContext, 'fileSystem'>,
  repository: BytePath,
  toRead: readonly ScannedEntry[],
): RoomPlan {
  const plan = planRoom(toRead, usableBytes(fileSystem, repository));
  requireFreeSpace(fileSystem, repository, plan.neededBytes);
  return plan;
}
