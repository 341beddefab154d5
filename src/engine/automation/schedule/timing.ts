// When a schedule runs, in the words of cron and of systemd. Pure.

export interface Timing {
  /** The five fields of crontab(5), or a word such as `@daily`. */
  readonly cron: string;
  /** As systemd.time(7) has it; null where it is known in the words of cron alone. */
  readonly onCalendar: string | null;
}

/** Once a day. */
export function dailyAt(hour: number, minute: number): Timing {
  const [h, m] = [hour, minute].map((part) => String(part).padStart(2, '0'));
  return { cron: `${minute} ${hour} * * *`, onCalendar: `*-*-* ${h}:${m}:00` };
}

/**
 * @param minutes between two runs. They fit into an hour, or are hours that fit into a day: cron knows no other distance
 * @returns null for any other distance
 */
export function every(minutes: number): Timing | null {
  if (minutes < 1) return null;
  if (minutes < 60) {
    if (60 % minutes !== 0) return null;
    return minutes === 1
      ? { cron: '* * * * *', onCalendar: '*-*-* *:*:00' }
      : { cron: `*/${minutes} * * * *`, onCalendar: `*-*-* *:00/${minutes}:00` };
  }
  const hours = minutes / 60;
  if (!Number.isInteger(hours) || 24 % hours !== 0) return null;
  if (hours === 24) return dailyAt(0, 0);
  return hours === 1
    ? { cron: '0 * * * *', onCalendar: '*-*-* *:00:00' }
    : { cron: `0 */${hours} * * *`, onCalendar: `*-*-* 00/${hours}:00:00` };
}

const NAMED = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');

/** In the order of crontab(5). */
const FIELDS: readonly { least: number; most: number; names: readonly string[] }[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 7, names: DAYS },
];

/** @returns null for what cron would refuse */
export function fromCron(text: string): Timing | null {
  const fields = text.trim().split(/\s+/);
  const [only = ''] = fields;
  if (fields.length === 1 && NAMED.includes(only)) return { cron: only, onCalendar: null };
  const isSound =
    fields.length === FIELDS.length && fields.every((field, index) => isField(field, index));
  return isSound ? { cron: fields.join(' '), onCalendar: null } : null;
}

function isField(text: string, index: number): boolean {
  const field = FIELDS[index];
  if (field === undefined) return false;
  const value = (part: string): number =>
    /^[0-9]{1,2}$/.test(part)
      ? Number(part)
      : field.names.includes(part.toLowerCase())
        ? field.least
        : Number.NaN;
  const isIn = (part: string): boolean => value(part) >= field.least && value(part) <= field.most;
  return text.split(',').every((item) => {
    const [range = '', step, ...more] = item.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9][0-9]?$/.test(step))) return false;
    if (range === '*') return true;
    const [first = '', last, ...others] = range.split('-');
    if (others.length > 0 || !isIn(first)) return false;
    return last === undefined ? step === undefined : isIn(last);
  });
}
