// What a removal has to say besides its result. Pure.
import { isDiskFull } from '../../repository/removal/reserve.js';
import type { RemovalOutcome } from '../../repository/removal/run-removal.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { shellWord } from '../../system/text/shell-word.js';
import { type Note, lookNote } from '../run/notes.js';
import type { Alarm } from '../snapshot/alarm/find-alarms.js';
import { confirmHint, describeReasons } from '../snapshot/alarm/reason-text.js';
import type { Decision } from '../keep/plan-removal.js';
import { isNearlyAll } from './require-removable.js';

/** One line for as long as an alarm stands, whether it has kept something this time or not. */
export function protectionNotes(
  decisions: readonly Decision[],
  alarm: Alarm | null,
  repository: BytePath,
): Note[] {
  if (alarm === null) return [];
  const held = decisions.filter(
    ({ goes, reasons }) =>
      !goes && reasons.every(({ kind }) => kind === 'alarm' || kind === 'before-alarm'),
  ).length;
  const { snapshotId, reasons } = alarm;
  const stays = ['nothing older is removed', '1 snapshot stays', `${held} snapshots stay`][
    Math.min(held, 2)
  ];
  return [
    lookNote(
      'alarm',
      null,
      `${stays} because of an alarm at snapshot ${snapshotId}: ${describeReasons(reasons)}`,
      confirmHint(repository, snapshotId),
    ),
  ];
}

/** What a dry run shows, and the run itself would refuse. */
export function refusalNotes(decisions: readonly Decision[]): Note[] {
  if (!isNearlyAll(decisions)) return [];
  return [
    lookNote(
      'not-removed',
      null,
      'only the newest snapshot would be left, so without --force nothing is removed',
    ),
  ];
}

export function removalNotes(
  { failures, stoppedBy }: RemovalOutcome,
  repository: BytePath,
): Note[] {
  const damaged = failures.map(({ increment, error }) =>
    lookNote(
      'left-damaged',
      null,
      `increment ${increment.id} and those that it needs stay, because they are damaged: ${error.message}`,
      `'redis-rewind verify ${shellWord(formatPath(repository))}' shows what is damaged and which snapshots are whole`,
    ),
  );
  return stoppedBy === null ? damaged : [unfinishedNote(stoppedBy), ...damaged];
}

function unfinishedNote(error: Error): Note {
  if (isDiskFull(error)) {
    return lookNote(
      'unfinished',
      null,
      'the snapshots are gone, but the disk was too full to give back all of their room',
      'free some space on that file system; the next backup or removal does the rest',
    );
  }
  return lookNote(
    'unfinished',
    null,
    `the snapshots are gone, but not all of their room came back: ${error.message}`,
    'the next backup or removal by a user who may do that does the rest',
  );
}
