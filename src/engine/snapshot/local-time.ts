// Wall clock times of this machine's time zone (TZ, or /etc/localtime) and the moments that they mean.
// A wall clock time has the offset of its own day, not of today. A time may occur twice, when clocks are
// put back: the later one is meant. A time may not occur at all, when clocks are put forward.

/** A date and time of the proleptic Gregorian calendar; month and day count from 1. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Whether the calendar has that day and the clock that time; there are no leap seconds in Unix time. */
export function isValidCivilTime(time: CivilTime): boolean {
  const date = new Date(utcMilliseconds(time));
  return (
    date.getUTCFullYear() === time.year &&
    date.getUTCMonth() + 1 === time.month &&
    date.getUTCDate() === time.day &&
    time.hour <= 23 &&
    time.minute <= 59 &&
    time.second <= 59
  );
}

/** Seconds since 1970 of a valid civil time in UTC. */
export function utcSeconds(time: CivilTime): number {
  return utcMilliseconds(time) / 1000;
}

/** Seconds since 1970 of a valid wall clock time: the later where it occurs twice, null where it does not exist. */
export function localSeconds(time: CivilTime): number | null {
  const asUtcMs = utcMilliseconds(time);
  // Where clocks were put back, Date takes the earlier of the two (ECMA-262, GetNamedTimeZoneEpochNanoseconds).
  const earlierMs = localMilliseconds(time);
  if (earlierMs + localOffsetMs(earlierMs) !== asUtcMs) return null;
  const laterMs = asUtcMs - localOffsetMs(earlierMs + DAY_MS);
  const isAlsoThere = laterMs > earlierMs && laterMs + localOffsetMs(laterMs) === asUtcMs;
  return (isAlsoThere ? laterMs : earlierMs) / 1000;
}

/**
 * Seconds since 1970 of the beginning of a valid local date: midnight, or when it would have been
 * where clocks were put forward across it; null where the zone skipped the whole day.
 */
export function localDaySeconds(year: number, month: number, day: number): number | null {
  const midnight = { year, month, day, hour: 0, minute: 0, second: 0 };
  const seconds = localSeconds(midnight);
  if (seconds !== null) return seconds;
  const ms = localMilliseconds(midnight);
  return new Date(ms).getDate() === day ? ms / 1000 : null;
}

/** What the wall clock of this machine shows at a moment, in seconds since 1970. */
export function localCivilTime(seconds: number): CivilTime {
  const date = new Date(seconds * 1000);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  };
}

/** What the wall clock is ahead of UTC at a moment; less than 0 where it is behind. */
export function localOffsetSeconds(seconds: number): number {
  return localOffsetMs(seconds * 1000) / 1000;
}

/** A moment on this machine's wall clock with its offset, such as `2026-11-22 03:00:00 +01:00`. */
export function formatLocalTime(seconds: number): string {
  const ms = seconds * 1000;
  const offsetMinutes = Math.round(localOffsetMs(ms) / 60_000);
  const clock = new Date(ms + localOffsetMs(ms)).toISOString().replace('T', ' ').slice(0, -5);
  return `${clock} ${formatOffset(offsetMinutes)}`;
}

/** As formatLocalTime, for a time of a report: ISO 8601 in UTC. */
export function formatReportTime(iso: string): string {
  return formatLocalTime(Math.floor(Date.parse(iso) / 1000));
}

/** The name of this machine's time zone, such as `Europe/Berlin`. */
export function localZoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const DAY_MS = 86_400_000;

function utcMilliseconds({ year, month, day, hour, minute, second }: CivilTime): number {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999, so the year is set by itself.
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second));
  return date.setUTCFullYear(year, month - 1, day);
}

function localMilliseconds({ year, month, day, hour, minute, second }: CivilTime): number {
  return new Date(2000, 0, 1, hour, minute, second).setFullYear(year, month - 1, day);
}

/** What the wall clock was ahead of UTC at a moment of whole seconds. */
function localOffsetMs(ms: number): number {
  return utcMilliseconds(localCivilTime(ms / 1000)) - ms;
}

function formatOffset(minutes: number): string {
  const absolute = Math.abs(minutes);
  const hours = String(Math.floor(absolute / 60)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${hours}:${String(absolute % 60).padStart(2, '0')}`;
}
