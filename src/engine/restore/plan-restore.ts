// Which entries of a snapshot a restore brings back, and where each goes below the destination. Pure.
import type { Snapshot, Version } from '../../catalog/records.js';
import { NotInSnapshotError } from '../../errors.js';
import { isReserved } from '../../repository/layout.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  isWithin,
  relativePath,
} from '../../system/files/byte-path.js';
import { requireSafeNames } from '../snapshot/check-names.js';
import { formatTime } from '../snapshot/time-spec.js';

export interface PlannedEntry {
  readonly version: Version;
  /** Below the destination; '' is the destination itself. */
  readonly relative: BytePath;
}

/**
 * @param versions all of the snapshot
 * @param path what to restore; '' is all of SOURCE (what --also kept is only restored by its name)
 * @param everExisted whether another snapshot has the path
 * @throws NotInSnapshotError, CorruptError
 */
export function planRestore(
  snapshot: Snapshot,
  versions: readonly Version[],
  path: BytePath,
  everExisted: boolean,
): PlannedEntry[] {
  requireSafeNames(versions);
  const wanted = versions.filter(
    (version) => isWithin(version.path, path) && (path !== ROOT || !isReserved(version.path)),
  );
  if (!wanted.some((version) => version.path === path)) {
    throw notThere(snapshot, path, everExisted);
  }
  return wanted.map((version) => ({
    version,
    relative: relativePath(version.path, path),
  }));
}

function notThere(snapshot: Snapshot, path: BytePath, everExisted: boolean): NotInSnapshotError {
  const shown = formatPath(path);
  const time = formatTime(snapshot.time);
  if (everExisted) {
    return new NotInSnapshotError(`'${shown}' was not there in the snapshot of ${time}`, {
      path,
      hint: `other snapshots have it: 'redis-rewind list --files -r TIME REPO' shows what was there`,
    });
  }
  return new NotInSnapshotError(`no snapshot has a path '${shown}'`, {
    path,
    hint: `'redis-rewind list --files -r ${time} REPO' shows what there is`,
  });
}
