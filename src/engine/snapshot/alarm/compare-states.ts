// Compares the data of a snapshot with that of the snapshot before. What may be the trace of an accident, such as FLUSHALL or a
// lost disk, is a reason for an alarm: nothing older is removed until a person has looked. Pure.
import type { BytePath } from '../../../system/files/byte-path.js';
import type { DataState, DataUnit, KeyCounts } from './data-state.js';

export interface AlarmReason {
  readonly kind:
    /** The snapshot has no such file any more. */
    | 'vanished'
    /** It held something, and holds nothing. */
    | 'empty'
    /** A server would have loaded it, and would not load it now. */
    | 'does-not-load'
    | 'fewer-bytes'
    | 'fewer-keys';
  /** The dump or the AOF; null for what the server counted. */
  readonly path: BytePath | null;
  /** Of fewer keys: the database alone that lost them; null for all of them. */
  readonly database: number | null;
  /** Of fewer keys: their type; null for all. */
  readonly type: string | null;
  /** How many bytes or keys there were, and are; null where the kind has no numbers. */
  readonly before: number | null;
  readonly now: number | null;
}

/** More than this share must be gone, where no other is asked for. */
export const USUAL_PERCENT = 50;

/** Of a database or a type with fewer keys than this nothing is said: small ones come and go. */
const LEAST_KEYS = 1000;

/** @param percent how much of the bytes or keys may be gone, in per cent */
export function compareStates(before: DataState, now: DataState, percent: number): AlarmReason[] {
  const ofUnits = [...before.units.values()].flatMap((unit) =>
    compareUnits(unit, now.units.get(unit.path), percent),
  );
  const ofServer =
    before.server === null || now.server === null
      ? []
      : compareCounts(null, before.server, now.server, percent);
  // The dump says the same as its server, and says it of a file.
  const isSaid = ofUnits.some(({ kind }) => kind === 'fewer-keys' || kind === 'empty');
  return isSaid ? ofUnits : [...ofUnits, ...ofServer];
}

function compareUnits(
  before: DataUnit,
  now: DataUnit | undefined,
  percent: number,
): readonly AlarmReason[] {
  const { path } = before;
  if (now === undefined) return holdsSomething(before) ? [reason('vanished', path)] : [];
  if (holdsSomething(before) && !holdsSomething(now)) return [reason('empty', path)];
  if (before.loads === true && now.loads === false) return [reason('does-not-load', path)];
  const keys =
    before.counts === null || now.counts === null
      ? []
      : compareCounts(path, before.counts, now.counts, percent);
  return [...keys, ...compareBytes(before, now, percent)];
}

function holdsSomething({ bytes, counts, logBytes }: DataUnit): boolean {
  return logBytes > 0 || ((bytes ?? 0) > 0 && counts?.keys !== 0);
}

/** A rewrite moves keys from the log to the dump before it. Where there are none after it, the log has lost what it held. */
function compareBytes(before: DataUnit, now: DataUnit, percent: number): readonly AlarmReason[] {
  const isAllInLog = now.counts?.keys === 0 && (before.counts?.keys ?? 0) === 0;
  const [then, left] = isAllInLog ? [allBytes(before), allBytes(now)] : [before.bytes, now.bytes];
  if (then === null || left === null || !isLost(then, left, percent)) return [];
  return [{ ...reason('fewer-bytes', before.path), before: then, now: left }];
}

function allBytes({ bytes, logBytes }: DataUnit): number {
  return (bytes ?? 0) + logBytes;
}

function compareCounts(
  path: BytePath | null,
  before: KeyCounts,
  now: KeyCounts,
  percent: number,
): AlarmReason[] {
  if (isLost(before.keys, now.keys, percent)) {
    return [{ ...reason('fewer-keys', path), before: before.keys, now: now.keys }];
  }
  const lost = <Key>(counted: ReadonlyMap<Key, number>, left: ReadonlyMap<Key, number>) =>
    [...counted]
      .map(([key, keys]) => ({ key, before: keys, now: left.get(key) ?? 0 }))
      .filter((each) => each.before >= LEAST_KEYS && isLost(each.before, each.now, percent));
  const databases = lost(before.databases, now.databases).map(({ key, ...numbers }) => ({
    ...reason('fewer-keys', path),
    database: key,
    ...numbers,
  }));
  const types = lost(before.types, now.types).map(({ key, ...numbers }) => ({
    ...reason('fewer-keys', path),
    type: key,
    ...numbers,
  }));
  return [...databases, ...types];
}

function isLost(before: number, now: number, percent: number): boolean {
  return before - now > (before * percent) / 100;
}

function reason(kind: AlarmReason['kind'], path: BytePath | null): AlarmReason {
  return { kind, path, database: null, type: null, before: null, now: null };
}
