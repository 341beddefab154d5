// What follows the commit of a snapshot: its last steps, and a remark on what could not be set.
import type { Snapshot } from '../../catalog/records.js';
import type { WritableRepository } from '../../repository/repository.js';
import type { UnsetMetadata } from '../../system/files/apply-metadata.js';
import { formatPath } from '../../system/files/byte-path.js';
import { infoNote, lookNote, type Note } from '../run/notes.js';

/** After the commit the snapshot stands: what fails now is told, and done by the next writer. */
export async function finishSnapshot(
  repository: WritableRepository,
  snapshot: Snapshot,
  unsetBefore: readonly UnsetMetadata[],
  uid: number,
): Promise<Note[]> {
  try {
    const outcome = await repository.finishCommit(snapshot, uid);
    return [
      ...noteUnset([...unsetBefore, ...outcome.unset]),
      ...outcome.notEmpty.map((path) =>
        lookNote(
          'foreign-files',
          path,
          `the repository's folder '${formatPath(path)}' holds files that are not of it, and is left in place`,
          'move them elsewhere',
        ),
      ),
    ];
  } catch (error) {
    return [
      ...noteUnset(unsetBefore),
      lookNote(
        'unfinished',
        null,
        `the snapshot is safe, but its last step failed: ${(error as Error).message}`,
        'the next backup finishes that by itself',
      ),
    ];
  }
}

/** What could not be set is said once a run; the catalog has it. */
function noteUnset(unset: readonly UnsetMetadata[]): Note[] {
  return (['owner', 'mode', 'time'] as const).flatMap((what) => {
    const count = unset.filter((item) => item.what === what).length;
    if (count === 0) return [];
    const entries = count === 1 ? '1 entry' : `${count} entries`;
    return [
      infoNote(
        `unset-${what}`,
        null,
        `the ${what} of ${entries} could not be set in the mirror; the catalog has it, for a restore that may`,
      ),
    ];
  });
}
