// Places the files of a recovery in the server's directory, by way of a restore: each file is rebuilt and its digest proved
// before anything appears there, and a failure leaves the directory as it was.
import { ROOT, type BytePath } from '../../../system/files/byte-path.js';
import type { Note } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import type { RestoreSource } from '../../restore/restore-source.js';
import { restoreFrom } from '../../restore/restore.js';
import type { FilesPlan } from '../plan/recovery-plan.js';
import { RecoveredSource, type ServerOwner } from './recovered-source.js';

export interface Placement {
  readonly source: RestoreSource;
  readonly files: FilesPlan;
  /** Of the server; what was in its way is moved aside. */
  readonly directory: BytePath;
  readonly owner: ServerOwner;
}

/** Done again, it places the same files again. @throws CorruptError, SystemError, InTheWayError, InterruptedError */
export async function placeFiles(
  { source, files, directory, owner }: Placement,
  context: RunContext,
): Promise<readonly Note[]> {
  const recovered = new RecoveredSource(source, files, {
    owner,
    folder: context.fileSystem.stat(directory),
  });
  const { notes } = await restoreFrom(
    recovered,
    {
      path: ROOT,
      destination: directory,
      isDirectoryNamed: true,
      // Other files of the directory stay where they are. The directory keeps its own metadata.
      force: true,
      setDestination: false,
      // The entries have it.
      owner: null,
      startedMs: context.clock.monotonicMs(),
    },
    context,
  );
  // The plan has judged what the server loads, with its settings at hand.
  return notes.filter(({ kind }) => kind !== 'not-loaded');
}
