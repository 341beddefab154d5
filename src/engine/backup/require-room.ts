// Whether the files that must be read have room in the repository, before anything is written.
import type { BytePath } from '../../system/files/byte-path.js';
import { freeBytesAt, requireFreeBytes, usableBytes } from '../run/check-space.js';
import type { RunContext } from '../run/run-context.js';
import type { ScannedEntry } from '../source/scan-source.js';
import { type RoomPlan, planRoom } from './plan-room.js';

/** A removal works on a full disk, too: it has a reserve. */
const REMOVE_HINT =
  "free some space on that file system: 'redis-rewind remove --older-than TIME REPO' removes old snapshots, even if no byte is free";

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
  // Asked once: between two answers another program may write, and a plan must hold for what was checked.
  const freeBytes = freeBytesAt(fileSystem, repository);
  const plan = planRoom(toRead, usableBytes(freeBytes));
  requireFreeBytes(repository, plan.neededBytes, freeBytes, REMOVE_HINT);
  return plan;
}
