// Reads a TIME as people type it, and formats moments. Forms and results are those of rdiff-backup 2.2 (the
// times of -r), with these differences: the calendar is checked, a local time has the offset of its own
// day, the epoch has a W3C form, more snapshots back than there are is an error, and the form in which
// this program prints times can be typed too.
import { NotInSnapshotError, UsageError } from '../../errors.js';
import {
  type CivilTime,
  formatLocalTime,
  isValidCivilTime,
  localDaySeconds,
  localSeconds,
  localZoneName,
  utcSeconds,
} from './local-time.js';
import { TAG_HINT, isTagName } from './tag-name.js';

/** A moment, absolute or relative to the run and its repository. */
export type TimeSpec =
  /** The newest snapshot, whatever the clock says. */
  | { readonly kind: 'now' }
  /** Seconds since 1970-01-01T00:00:00Z; negative before it. */
  | { readonly kind: 'instant'; readonly seconds: number }
  /** This many seconds before the present. */
  | { readonly kind: 'ago'; readonly seconds: number }
  /** The snapshot this many before the newest; 0 is the newest. */
  | { readonly kind: 'snapshotsBack'; readonly count: number }
  /** The snapshot with this number. */
  | { readonly kind: 'snapshot'; readonly id: number }
  /** The newest snapshot with this name. */
  | { readonly kind: 'tag'; readonly name: string };

/** A TIME that makes sense, and how it was typed. */
export interface RequestedTime {
  readonly typed: string;
  readonly spec: TimeSpec;
}

/** The newest snapshot. */
export const NOW: RequestedTime = { typed: 'now', spec: { kind: 'now' } };

export interface TimeContext {
  readonly nowSeconds: number;
  /** All of the repository, oldest first. */
  readonly snapshots: readonly TimedSnapshot[];
  readonly tags: readonly SnapshotName[];
}

export interface SnapshotName {
  readonly snapshotId: number;
  readonly name: string;
}

export interface TimedSnapshot {
  readonly id: number;
  /** Seconds since 1970. */
  readonly timeSeconds: number;
}

/** Reads a TIME before a repository is opened. Forms and errors as in parseTimeSpec. */
export function parseTime(typed: string): RequestedTime {
  return { typed, spec: parseTimeSpec(typed) };
}

/**
 * Reads a TIME. A date and time without a zone, and a date, are this machine's local time.
 * @throws UsageError when it has no known form, is not in the calendar, or does not exist locally.
 */
export function parseTimeSpec(text: string): TimeSpec {
  if (text === 'now') return { kind: 'now' };
  if (/^\d+$/.test(text)) return { kind: 'instant', seconds: limited(text, Number(text)) };
  const dateTime = W3C.exec(text);
  if (dateTime) return { kind: 'instant', seconds: dateTimeSeconds(text, dateTime) };
  if (/^\d+B$/.test(text)) return { kind: 'snapshotsBack', count: Number(text.slice(0, -1)) };
  if (/^#\d{1,15}$/.test(text)) return { kind: 'snapshot', id: Number(text.slice(1)) };
  if (text.startsWith('tag:')) return { kind: 'tag', name: tagName(text) };
  if (INTERVAL.test(text)) return { kind: 'ago', seconds: limited(text, intervalSeconds(text)) };
  const date = DATE_YEAR_FIRST.exec(text) ?? DATE_MONTH_FIRST.exec(text);
  if (date) return { kind: 'instant', seconds: dateSeconds(text, date) };
  throw new UsageError(`'${text}' is not a valid TIME`, {
    typed: text,
    hint: nearestForm(text) ?? HINT,
  });
}

/**
 * The moment a TIME stands for, in seconds since 1970: the snapshot meant is the newest at or before it.
 * @throws NotInSnapshotError when it counts back over more snapshots than there are, or no snapshot has the number.
 */
export function resolveTimeSpec(spec: TimeSpec, context: TimeContext): number {
  const { nowSeconds, snapshots, tags } = context;
  if (spec.kind === 'now') return Math.max(nowSeconds, snapshots.at(-1)?.timeSeconds ?? nowSeconds);
  if (spec.kind === 'instant') return spec.seconds;
  if (spec.kind === 'ago') return nowSeconds - spec.seconds;
  if (spec.kind === 'tag') return taggedSnapshot(spec.name, snapshots, tags).timeSeconds;
  const snapshot =
    spec.kind === 'snapshot'
      ? snapshots.find(({ id }) => id === spec.id)
      : snapshots[snapshots.length - 1 - spec.count];
  if (snapshot !== undefined) return snapshot.timeSeconds;
  throw spec.kind === 'snapshot' ? noSuchSnapshot(spec.id) : tooFarBack(spec.count, snapshots);
}

function tagName(text: string): string {
  const name = text.slice('tag:'.length);
  if (isTagName(name)) return name;
  throw new UsageError(`'${name}' cannot be a tag`, { typed: text, hint: TAG_HINT });
}

function taggedSnapshot(
  name: string,
  snapshots: readonly TimedSnapshot[],
  tags: readonly SnapshotName[],
): TimedSnapshot {
  const tagged = new Set(tags.filter((tag) => tag.name === name).map((tag) => tag.snapshotId));
  const found = snapshots.findLast(({ id }) => tagged.has(id));
  if (found !== undefined) return found;
  const known = [...new Set(tags.map((tag) => tag.name))].slice(0, SHOWN_TAGS);
  throw new NotInSnapshotError(`no snapshot has the tag '${name}'`, {
    time: `tag:${name}`,
    hint: known.length === 0 ? 'no snapshot has a tag' : `there are: ${known.join(', ')}`,
  });
}

const SHOWN_TAGS = 10;

/** A moment in UTC as ISO 8601, such as `2026-11-22T02:00:00Z`; within the years -271821 to 275760. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** As formatTime, for a time that a file, a server or a catalog says. Null where it is no such moment. */
export function formatTimeOrNull(seconds: number | null | undefined): string | null {
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds)) return null;
  return Math.abs(seconds) > DATE_LIMIT_SECONDS ? null : formatTime(seconds);
}

/** What a Date can hold before and after 1970, less a day, so that every zone can show the moment. */
const DATE_LIMIT_SECONDS = 8_640_000_000_000 - 86_400;

/**
 * `2026-11-22T03:00:00+01:00`; rdiff-backup takes any of `T : -` between the parts. Seconds that are left out are 0.
 */
const W3C =
  /^(\d{4})[-T:](\d{2})[-T:](\d{2})[-T: ](\d{2})[-T:](\d{2})(?:[-T:](\d{2}))?(?: ?(?:(Z)|([-+])(\d{2})[-:](\d{2})))?$/;
const DATE_YEAR_FIRST = /^(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})$/;
const DATE_MONTH_FIRST = /^(?<month>\d{1,2})[-/](?<day>\d{1,2})[-/](?<year>\d{4})$/;
const INTERVAL = /^(?:\d+[smhDWMY])+$/;

const UNIT_SECONDS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  D: 86_400,
  W: 7 * 86_400,
  M: 30 * 86_400,
  Y: 365 * 86_400,
};

/** About 127,000 years: a moment this far from the present can still be shown as a date. */
const LIMIT_SECONDS = 4_000_000_000_000;

const HINT =
  "TIME is one of: 'now'; 2026-11-22T03:00:00, local or followed by Z or +01:00; a date such as 2026-11-22 or 11/22/2026; seconds since 1970; an interval back such as 3D or 2h30m (s m h D W M Y, where m is minutes and M is 30 days); a number of snapshots back such as 5B; the number of a snapshot such as '#5'; a tag such as tag:before-upgrade";

/** m is minutes and M is months, so they stay as they are. */
const UNIT_IN_OTHER_CASE: ReadonlyMap<string, string> = new Map([
  ['d', 'D'],
  ['w', 'W'],
  ['y', 'Y'],
  ['b', 'B'],
  ['S', 's'],
  ['H', 'h'],
]);

/** A hint for text that is nearly a TIME; null for other text. */
function nearestForm(text: string): string | null {
  const word = text.toLowerCase();
  if (word === 'now' || word === 'latest' || word === 'newest')
    return "'now' is the newest snapshot";
  if (word === 'yesterday')
    return "'1D' is 24 hours ago; a date such as 2026-11-22 is the beginning of that day";
  const interval = text
    .replace(/[dwybSH]/g, (unit) => UNIT_IN_OTHER_CASE.get(unit) ?? unit)
    .replace(/^-/, '');
  if (interval !== text && (INTERVAL.test(interval) || /^\d+B$/.test(interval)))
    return `did you mean '${interval}'?`;
  return null;
}

function limited(text: string, seconds: number): number {
  if (seconds > LIMIT_SECONDS)
    throw new UsageError(`'${text}' is out of range`, { typed: text, hint: HINT });
  return seconds;
}

function intervalSeconds(text: string): number {
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(\D)/g)) {
    seconds += Number(count) * (UNIT_SECONDS[unit as string] as number);
  }
  return seconds;
}

function dateTimeSeconds(text: string, match: RegExpExecArray): number {
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0)) as SixNumbers;
  const time: CivilTime = { year, month, day, hour, minute, second };
  if (!isValidCivilTime(time)) throw notInCalendar(text);
  const [zulu, sign, zoneHours, zoneMinutes] = match.slice(7);
  if (zulu !== undefined) return utcSeconds(time);
  if (sign === undefined) return existing(text, localSeconds(time));
  const offsetMinutes = Number(zoneHours) * 60 + Number(zoneMinutes);
  if (Number(zoneHours) > 23 || Number(zoneMinutes) > 59) throw notInCalendar(text);
  return utcSeconds(time) - (sign === '-' ? -1 : 1) * offsetMinutes * 60;
}

type SixNumbers = [number, number, number, number, number, number];

function dateSeconds(text: string, match: RegExpExecArray): number {
  const { year, month, day } = match.groups as { year: string; month: string; day: string };
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  if (!isValidCivilTime({ ...date, hour: 0, minute: 0, second: 0 })) throw notInCalendar(text);
  return existing(text, localDaySeconds(date.year, date.month, date.day));
}

function notInCalendar(text: string): UsageError {
  return new UsageError(`'${text}' is not a date or time that exists`, { typed: text, hint: HINT });
}

function existing(text: string, seconds: number | null): number {
  if (seconds !== null) return seconds;
  throw new UsageError(
    `local time '${text}' does not exist: the clocks were set forward past it (time zone ${localZoneName()})`,
    {
      typed: text,
      hint: 'use another time, or add its zone as Z or as an offset such as +01:00',
    },
  );
}

function tooFarBack(count: number, snapshots: readonly TimedSnapshot[]): NotInSnapshotError {
  const [oldest] = snapshots;
  if (oldest === undefined) return new NotInSnapshotError('the repository holds no snapshot');
  const total = snapshots.length;
  return new NotInSnapshotError(
    `there is no snapshot ${count} back from the newest: the repository holds ${total}, the oldest from ${formatLocalTime(oldest.timeSeconds)}`,
    { time: `${count}B`, hint: `use '${total - 1}B' for the oldest` },
  );
}

function noSuchSnapshot(id: number): NotInSnapshotError {
  return new NotInSnapshotError(`the repository holds no snapshot ${id}`, {
    time: `#${id}`,
    hint: "'redis-rewind list REPO' shows the numbers of all snapshots",
  });
}
