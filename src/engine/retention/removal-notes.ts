// What a removal has to say besides its result. Pure.
import type { RemovalOutcome } from '../../repository/removal/run-removal.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { shellWord } from '../../system/text/shell-word.js';
import { type Note, lookNote } from '../run/notes.js';
import type { Alarm } from '../snapshot/alarm/find-alarms.js';
import { describeReasons } from '../snapshot/alarm/reason-text.js';
import type { Decision } from './plan-removal.js';
import { isNearlyAll } from './require-removable.js';

/** One line where an alarm has kept what would have gone. */
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
  if (held === 0) return [];
  const { snapshotId, reasons } = alarm;
  const count = held === 1 ? '1 snapshot stays' : `${held} snapshots stay`;
  return [
    lookNote(
      'alarm',
      null,
      `${count} because of an alarm at snapshot ${snapshotId}: ${describeReasons(reasons)}`,
      `if that is as it should be, type 'redis-rewind confirm ${shellWord(formatPath(repository))} ${snapshotId}'`,
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
  { failures, isUnfinished }: RemovalOutcome,
  repository: BytePath,
): Note[] {
  const unfinished = lookNote(
    'unfinished',
    null,
    'the snapshots are gone, but the disk was too full to give back all of their room',
    'free some space on that file system; the next backup or removal does the rest',
  );
  const damaged = failures.map(({ increment, error }) =>
    lookNote(
      'left-damaged',
      null,
      `increment ${increment.id} and those that it needs stay, because they are damaged: ${error.message}`,
      `'redis-rewind verify ${shellWord(formatPath(repository))}' shows what is damaged and which snapshots are whole`,
    ),
  );
  return isUnfinished ? [unfinished, ...damaged] : damaged;
}
