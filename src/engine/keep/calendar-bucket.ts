// The bucket of the calendar that a moment is in, on the clock of this machine's time zone. Where clocks are put back an hour
// occurs twice: these are two buckets, since each has its own offset. Pure.
import { type CivilTime, localCivilTime, localOffsetSeconds } from '../snapshot/local-time.js';
import type { Period } from './keep-rules.js';

const HOUR_SECONDS = 3600;
const DAY_MS = 86_400_000;

/** The name of the bucket, such as `2026-11-22` or `2026-W47`. Two moments have the same name if they share the bucket. */
export function bucketName(period: Period, seconds: number): string {
  const time = localCivilTime(seconds);
  const year = pad(time.year, 4);
  const month = `${year}-${pad(time.month, 2)}`;
  switch (period) {
    case 'yearly':
      return year;
    case 'monthly':
      return month;
    case 'weekly':
      return isoWeek(time);
    case 'daily':
      return `${month}-${pad(time.day, 2)}`;
    default: {
      const offset = localOffsetSeconds(seconds) / HOUR_SECONDS;
      return `${month}-${pad(time.day, 2)} ${pad(time.hour, 2)}h (UTC${offset < 0 ? '' : '+'}${offset})`;
    }
  }
}

/** ISO 8601: a week belongs to the year that its Thursday is in. Week 1 has the year's first Thursday. */
function isoWeek({ year, month, day }: CivilTime): string {
  const date = utcDay(year, month, day);
  const daysAfterMonday = (new Date(date).getUTCDay() + 6) % 7;
  const thursday = new Date(date + (3 - daysAfterMonday) * DAY_MS);
  const weekYear = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - utcDay(weekYear, 1, 1)) / (7 * DAY_MS));
  return `${pad(weekYear, 4)}-W${pad(week, 2)}`;
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function utcDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
