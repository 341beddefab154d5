// Finds the recoveries of a server by the device and inode of its directory, in every place where their journals may be.
import { CorruptError, InTheWayError } from '../../../errors.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
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
    const ids = listRecoveries(at).toSorted().slice(-LOOKED_AT_MOST);
    for (const id of ids) {
      try {
        const journal = RecoveryJournal.open(at, id);
        if (journal !== null && isOf(journal, directory)) journals.push(journal);
      } catch (error) {
        if (!(error instanceof CorruptError || error instanceof InTheWayError)) throw error;
        const message = `a recovery in '${formatPath(recoveries)}' was passed over: ${error.message}`;
        notes.push(lookNote('damaged-record', recoveries, message, error.hint ?? null));
      }
    }
  }
  const newestFirst = (a: RecoveryJournal, b: RecoveryJournal): number =>
    a.state.record.id < b.state.record.id ? 1 : -1;
  return { journals: journals.toSorted(newestFirst), notes };
}

function isOf({ state }: RecoveryJournal, { dev, ino }: DirectoryIdentity): boolean {
  const { directory } = state.record;
  return directory.dev === dev && directory.ino === ino;
}
