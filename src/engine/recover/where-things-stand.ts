// Says where things stand when a recovery ends before its end, and what to type next. At three in the morning this is what a
// person needs most. Pure.
import { formatPath } from '../../system/files/byte-path.js';
import { asidePath } from '../../repository/layout.js';
import type { JournalState } from './journal/journal-state.js';
import type { CommandsToType } from './recover-request.js';

/** For a hint: one sentence, or two with a semicolon between them. */
export function whereThingsStand(state: JournalState, toType: CommandsToType): string {
  return `${standing(state)}; ${next(state, toType)}`;
}

function standing({ direction, begun, done, record }: JournalState): string {
  const { directory, id, isAsideWithin } = record;
  const place = { holds: 'former', isWithin: isAsideWithin } as const;
  const aside = `'${formatPath(asidePath(directory.path, id, place))}'`;
  if (direction === 'undo') {
    if (done.has('put-back')) return 'what was there is back, and the server is not started yet';
    if (!begun.has('move-aside')) return 'no file was moved, and the server is not started yet';
    return `what was there is still in ${aside}, or a part of it`;
  }
  if (done.has('start'))
    return `the server runs with the recovered data, and what was there is in ${aside}`;
  if (done.has('place'))
    return `the recovered files are in place, and what was there is in ${aside}`;
  if (begun.has('move-aside'))
    return `the server is stopped, and what was there is in ${aside}, or a part of it`;
  if (begun.has('stop')) return 'no file was moved, and the server may be stopped';
  return 'nothing was changed, and the server runs as before';
}

function next({ direction, begun }: JournalState, { again, undo }: CommandsToType): string {
  if (direction === 'undo') return `to go on with the undo: ${undo}`;
  return begun.has('stop')
    ? `to go on: ${again}; to put back what was there: ${undo}`
    : `to begin again: ${again}`;
}
