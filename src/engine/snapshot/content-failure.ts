// Why a content of a snapshot could not be read to its end.
import { CorruptError, NotInSnapshotError } from '../../errors.js';
import type { OpenRepository } from '../../repository/repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { showPath } from '../run/notes.js';

interface FailedReading {
  readonly snapshotId: number;
  readonly path: BytePath;
  /** What cannot be done with the file: `restored`, `exported`. */
  readonly what: string;
}

/** A reader holds no lock: the snapshot may have been removed while it was read, and is then not damaged. */
export function contentFailure(
  open: OpenRepository,
  { snapshotId, path, what }: FailedReading,
  error: CorruptError,
): CorruptError | NotInSnapshotError {
  if (!open.snapshots().some(({ id }) => id === snapshotId)) {
    return new NotInSnapshotError(`snapshot ${snapshotId} was removed while it was read`, {
      time: `#${snapshotId}`,
      hint: "'redis-rewind list REPO' shows the snapshots that are left",
    });
  }
  return new CorruptError(`'${showPath(path)}' cannot be ${what}: ${error.message}`, {
    hint: "'redis-rewind verify REPO' shows what is damaged and which snapshots are whole",
    path,
    cause: error,
  });
}
