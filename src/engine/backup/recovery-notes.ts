// What a backup says of a recovery since the last one. It is recorded with the snapshot, so that whoever wonders later why keys are
// fewer finds out. Pure.
import type { RecoveryMark } from '../../repository/commit/recovery-mark.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { type Note, infoNote, lookNote } from '../run/notes.js';

/** Whether the mark is of the server whose files are backed up. */
export function isMarkOf(
  { source, host }: RecoveryMark,
  run: { readonly source: BytePath; readonly hostName: string },
): boolean {
  return source === run.source && host === run.hostName;
}

export function recoveryNote({ recoveryId, snapshotId, isFromArchive, state }: RecoveryMark): Note {
  const snapshot = isFromArchive
    ? `snapshot ${snapshotId} of an archive`
    : `snapshot ${snapshotId}`;
  if (state === 'begun') {
    return lookNote(
      'unfinished-recovery',
      null,
      `recovery ${recoveryId} of this server to ${snapshot} was begun, and has not ended`,
      "finish it with the same command of 'redis-rewind recover', or take it back with its --undo",
    );
  }
  const message =
    state === 'recovered'
      ? `the server was brought back to ${snapshot} before this backup (recovery ${recoveryId})`
      : `the recovery of the server to ${snapshot} was undone before this backup (recovery ${recoveryId})`;
  return infoNote('recovered', null, message);
}
