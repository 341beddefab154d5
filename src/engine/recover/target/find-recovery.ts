// Finds the recoveries of a server by the device and inode of its directory, in every place where their journals may be.
import { CorruptError, InTheWayError, RewindError } from '../../../errors.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { isErrno } from '../../../system/files/errno.js';
import type { DirectoryIdentity } from '../../../system/processes/server-processes.js';
import { type Note, lookNote } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import { type JournalPlace, RecoveryJournal, listRecoveries } from '../journal/recovery-journal.js';

export interface FoundRecoveries {
  /** Newest first. */
  readonly journals: readonly RecoveryJournal[];
  /** What could not be read, and was passed over. */
  readonly notes: readonly Note[];
}

/** A repository from elsewhere may hold very many. */
const LOOKED_AT_MOST = 200;

/** @param places where journals may be */
export function findRecoveries(
  { fileSystem, uid, processId }: RunContext,
  places: readonly BytePath[],
  directory: DirectoryIdentity,
): FoundRecoveries {
  const journals: RecoveryJournal[] = [];
  const notes: Note[] = [];
  for (const recoveries of places) {
    const at: JournalPlace = { fileSystem, recoveries, uid, processId };
    const passOver = (error: unknown, what: string): void => {
      const isPassable =
        error instanceof CorruptError ||
        error instanceof InTheWayError ||
        (error instanceof RewindError && isErrno(error, 'EACCES'));
      if (!isPassable) throw error;
      const message = `${what} in '${formatPath(recoveries)}' was passed over: ${error.message}`;
      notes.push(lookNote('damaged-record', recoveries, message, error.hint ?? null));
    };
    for (const id of listIds(at, (error) => passOver(error, 'every recovery'))) {
      try {
        const journal = RecoveryJournal.open(at, id);
        if (journal !== null && isOf(journal, directory)) journals.push(journal);
      } catch (error) {
        passOver(error, 'a recovery');
      }
    }
  }
  const newestFirst = (a: RecoveryJournal, b: RecoveryJournal): number =>
    a.state.record.id < b.state.record.id ? 1 : -1;
  return { journals: journals.toSorted(newestFirst), notes };
}

function listIds(at: JournalPlace, onFailure: (error: unknown) => void): string[] {
  try {
    return listRecoveries(at).toSorted().slice(-LOOKED_AT_MOST);
  } catch (error) {
    onFailure(error);
    return [];
  }
}

function isOf({ state }: RecoveryJournal, { dev, ino }: DirectoryIdentity): boolean {
  const { directory } = state.record;
  return directory.dev === dev && directory.ino === ino;
}
