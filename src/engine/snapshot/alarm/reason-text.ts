// The reasons of an alarm, as they are kept and in words. Pure.
import type { StoredReason } from '../../../repository/stored/stored-alarm.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { formatSize } from '../../../system/text/format-size.js';
import { shellWord } from '../../../system/text/shell-word.js';
import type { AlarmReason } from './compare-states.js';

export function toStored({ path, ...others }: AlarmReason): StoredReason {
  return { path: path === null ? null : formatPath(path), ...others };
}

/** Such as `dump.rdb has 1,200 keys, and had 3,400,000`. */
export function describeReason(reason: StoredReason): string {
  const { kind, path, before, now } = reason;
  const what = path === null ? 'the server' : `'${path}'`;
  switch (kind) {
    case 'vanished':
      return `${what} is gone`;
    case 'empty':
      return `${what} is empty`;
    case 'does-not-load':
      return `no server would load ${what} any more`;
    case 'fewer-bytes':
      return `${what} has ${formatSize(now ?? 0)}, and had ${formatSize(before ?? 0)}`;
    case 'fewer-keys':
      return `${what} has ${countKeys(reason, now)}, and had ${count(before)}`;
    case 'damaged':
      return 'the record of its alarm is damaged';
    default:
      return `${what}: ${kind}`;
  }
}

/** All reasons in one line. */
export function describeReasons(reasons: readonly StoredReason[]): string {
  return reasons.map(describeReason).join('; ');
}

function countKeys({ database, type }: StoredReason, keys: number | null): string {
  const ofType = type === null ? '' : ` of type ${type}`;
  const inDatabase = database === null ? '' : ` in database ${database}`;
  return `${count(keys)} ${keys === 1 ? 'key' : 'keys'}${ofType}${inDatabase}`;
}

function count(number: number | null): string {
  return (number ?? 0).toLocaleString('en-US');
}

/** What to do about an alarm that is none. */
export function confirmHint(repository: BytePath, snapshotId: number): string {
  return `if that is as it should be, type 'redis-rewind confirm ${shellWord(formatPath(repository))} ${snapshotId}'`;
}
