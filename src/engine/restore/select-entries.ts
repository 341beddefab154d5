// Chooses the entries of a snapshot that are restored, and where each goes below the destination. Pure.
import { NotInSnapshotError } from '../../errors.js';
import { requireSafeNames } from '../../repository/check/check-names.js';
import { isReserved } from '../../repository/layout.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  isWithin,
  joinPath,
  relativePath,
} from '../../system/files/byte-path.js';
import { formatReportTime } from '../snapshot/local-time.js';
import type { RestoreEntry, RestoreSource } from './restore-source.js';

export interface SelectedEntry {
  readonly entry: RestoreEntry;
  /** Below the destination; '' is the destination itself. */
  readonly relative: BytePath;
}

/** The entry that becomes the destination, then what is below it, in the order of the source. */
export type Selection = readonly [SelectedEntry, ...SelectedEntry[]];

/**
 * @param path what to restore, inside the snapshot. '' is all of SOURCE, without the paths that --also
 *   kept: those are only restored by their own names
 * @throws NotInSnapshotError when the snapshot lacks the path, CorruptError for a name that is not safe
 */
export function selectEntries(source: RestoreSource, path: BytePath): Selection {
  requireSafeNames(source.entries);
  const [top, ...others] = source.entries
    .filter((entry) => isWithin(entry.path, path) && (path !== ROOT || !isReserved(entry.path)))
    .map((entry) => ({
      entry,
      relative: relativePath(entry.path, path),
    }));
  if (top?.relative !== ROOT) throw notThere(source, path);
  return [top, ...others];
}

/** Whether what becomes the destination is a directory. */
export function isTree([top]: Selection): boolean {
  return top.entry.type === 'directory';
}

/** Where an entry goes below `top`: the destination, or the directory that becomes it. */
export function placeBelow(top: BytePath, { relative }: SelectedEntry): BytePath {
  return relative === ROOT ? top : joinPath(top, relative);
}

function notThere(source: RestoreSource, path: BytePath): NotInSnapshotError {
  const shown = formatPath(path);
  const { isInNoSnapshot, hint } = source.explainAbsence(path);
  const message = isInNoSnapshot
    ? `no snapshot has a path '${shown}'`
    : `'${shown}' is not in the snapshot of ${formatReportTime(source.snapshot.time)}`;
  return new NotInSnapshotError(message, { path, hint });
}
