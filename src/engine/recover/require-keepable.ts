// What a server that runs holds now is backed up before a recovery, unless that is declined. Where it cannot be, the recovery
// is refused: a dry run too, and before an archive is read.
import { UsageError } from '../../errors.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { RecoveryJournal } from './journal/recovery-journal.js';
import type { CommandRun } from './recovery-run.js';

/** Whether the server of a recovery was to be stopped. What it held was dealt with before. */
export function isUnderWay({ state: { outcome, begun } }: RecoveryJournal): boolean {
  return outcome === null && begun.has('stop');
}

/** @throws UsageError where the server cannot be asked, or no repository is named */
export function requireKeepable(
  run: Pick<CommandRun, 'request' | 'target' | 'repositoryPath'>,
): void {
  if (!isToBeKept(run)) return;
  const { directory, running } = run.target.facts;
  if (run.target.server === null) {
    throw new UsageError(
      `a server (process ${running?.processId}) runs in '${formatPath(directory)}', and it cannot be asked to save what it holds`,
      {
        hint: 'name it with --redis URL, or with -h and -p or -s, or go on without that snapshot: --discard-present',
      },
    );
  }
  if (run.repositoryPath === null) {
    throw notKept('no repository is named', 'name one: recover --from ARCHIVE REPO');
  }
}

/** @throws UsageError where this user may not write in the repository */
export function requireWritable(run: CommandRun): void {
  const { repository, repositoryPath } = run;
  if (!isToBeKept(run) || repository !== null || repositoryPath === null) return;
  const why = `'${formatPath(repositoryPath)}' cannot be written`;
  throw notKept(why, 'run as a user who may write there');
}

function isToBeKept({ request, target }: Pick<CommandRun, 'request' | 'target'>): boolean {
  return !request.discardPresent && target.facts.running !== null;
}

function notKept(why: string, remedy: string): UsageError {
  return new UsageError(`${why}, so what the server holds now cannot be backed up`, {
    hint: `${remedy}; or go on without that snapshot: --discard-present`,
  });
}
