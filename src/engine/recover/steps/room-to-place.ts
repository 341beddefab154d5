// Whether the files of a snapshot have room beside those that are there, which are moved and never deleted. It is looked at
// before the server is stopped: without it, the server would be down until somebody has made room.
import type { BytePath } from '../../../system/files/byte-path.js';
import type { FileSystem } from '../../../system/files/file-system.js';
import type { RestoreEntry } from '../../restore/restore-source.js';
import { requireFreeSpace } from '../../run/check-space.js';
import type { FilesPlan } from '../plan/recovery-plan.js';

/** @param directory of the server; @param entries of the snapshot. @throws NoSpaceError */
export function requireRoomToPlace(
  fileSystem: FileSystem,
  directory: BytePath,
  entries: readonly RestoreEntry[],
  { placed, manifest }: FilesPlan,
): void {
  const wanted = new Set(placed.map(({ from }) => from));
  const bytes = entries
    .filter(({ path }) => wanted.has(path))
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, manifest?.bytes.length ?? 0);
  requireFreeSpace(fileSystem, directory, bytes);
}
