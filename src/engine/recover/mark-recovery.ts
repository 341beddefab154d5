// Tells the next backup of a recovery, where the repository can be written.
import { SystemError } from '../../errors.js';
import {
  type RecoveryMark,
  forgetRecoveryMark,
  markRecovery,
  readRecoveryMark,
} from '../../repository/commit/recovery-mark.js';
import { type Note, lookNote } from '../run/notes.js';
import type { JournalState } from './journal/journal-state.js';
import type { CommandRun } from './recovery-run.js';

type MarkedRecord = Pick<JournalState['record'], 'id' | 'snapshotId' | 'archive'>;

/** @throws SystemError */
export function markFor(
  { repository, context, target }: CommandRun,
  { id, snapshotId, archive }: MarkedRecord,
  state: RecoveryMark['state'],
): void {
  if (repository === null) return;
  const { fileSystem, hostName: host } = context;
  const source = target.facts.directory;
  const isFromArchive = archive !== null;
  const mark = { recoveryId: id, snapshotId, isFromArchive, state, host, source };
  markRecovery(fileSystem, repository.path, mark);
}

/** As `markFor`, once everything is done: trouble is a note. */
export function markEnd(
  run: CommandRun,
  record: MarkedRecord,
  state: 'recovered' | 'undone',
): readonly Note[] {
  try {
    markFor(run, record, state);
    return [];
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return [lookNote('not-recorded', null, `the next backup is not told: ${error.message}`)];
  }
}

/** Of a recovery that was given up before anything was changed: no backup is to tell of it. */
export function forgetMark(
  { repository, context }: CommandRun,
  { id }: Pick<JournalState['record'], 'id'>,
): void {
  if (repository === null) return;
  const { fileSystem } = context;
  if (readRecoveryMark(fileSystem, repository.path)?.recoveryId !== id) return;
  forgetRecoveryMark(fileSystem, repository.path);
}
