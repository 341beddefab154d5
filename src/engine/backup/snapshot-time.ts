// The time of a new snapshot: the second at which reading began, and later than the last snapshot's.
import type { Snapshot } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { lookNote, type Note } from '../run/notes.js';
import { formatLocalTime } from '../snapshot/local-time.js';
import { formatTimeOrNull } from '../snapshot/time-spec.js';

const CLOCK_BACK_SECONDS = 5 * 60;

/**
 * @returns the time in whole UTC seconds, and a note where the clock has gone back
 * @throws CorruptError where the last snapshot's time is the last of all calendars
 */
export function snapshotTime(
  nowMs: number,
  last: Snapshot | null,
): { readonly timeSeconds: number; readonly note: Note | null } {
  const now = Math.floor(nowMs / 1000);
  if (last === null) return { timeSeconds: now, note: null };
  const timeSeconds = Math.max(now, last.timeSeconds + 1);
  if (formatTimeOrNull(timeSeconds) === null) {
    throw new CorruptError(`no time can follow that of snapshot ${last.id}`, {
      snapshotId: last.id,
      hint: "'redis-rewind list REPO' shows the times of all snapshots",
    });
  }
  if (now >= last.timeSeconds - CLOCK_BACK_SECONDS) return { timeSeconds, note: null };
  return {
    timeSeconds,
    note: lookNote(
      'clock-behind',
      null,
      `the clock says ${formatLocalTime(now)}, which is before the last snapshot, so this snapshot is recorded as ${formatLocalTime(timeSeconds)}`,
      'correct the clock of this machine',
    ),
  };
}
