// Reads when a schedule runs: `--daily 02:30`, `--every 6h`, `--cron '30 2 * * 1-5'`.
import { type Timing, dailyAt, every, fromCron } from '../../engine/automation/schedule/timing.js';
import { UsageError } from '../../errors.js';
import type { ParsedArguments } from './parse-arguments.js';

/** @throws UsageError for none, several, or one that makes no sense */
export function toTiming({ values }: Pick<ParsedArguments, 'values'>): Timing {
  const given = (['daily', 'every', 'cron'] as const).flatMap((name) => {
    const text = values.get(name)?.[0];
    return text === undefined ? [] : [{ name, text }];
  });
  const [only] = given;
  if (only === undefined || given.length > 1) {
    throw new UsageError(
      only === undefined ? 'schedule needs a time' : 'schedule takes one time, and not several',
      { hint: "give --daily 02:30, --every 6h, or --cron '30 2 * * 1-5'" },
    );
  }
  return READERS[only.name](only.text);
}

const READERS = {
  daily: (text: string): Timing => {
    const [, hour, minute] = /^([01]?[0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? [];
    if (hour !== undefined && minute !== undefined) return dailyAt(Number(hour), Number(minute));
    throw new UsageError(`'--daily' takes a time such as 02:30, but '${text}' was given`);
  },
  every: (text: string): Timing => {
    const [, count, unit = ''] = /^([1-9][0-9]{0,3})([mhD])$/.exec(text) ?? [];
    const minutes = Number(count) * ({ m: 1, h: 60, D: 1440 }[unit] ?? Number.NaN);
    const timing = Number.isNaN(minutes) ? null : every(minutes);
    if (timing !== null) return timing;
    throw new UsageError(`'--every' cannot be '${text}'`, {
      hint: 'give minutes that divide an hour (15m), or hours that divide a day (6h)',
    });
  },
  cron: (text: string): Timing => {
    const timing = fromCron(text);
    if (timing !== null) return timing;
    throw new UsageError(
      `'--cron' takes the five fields of a crontab line, but '${text}' was given`,
      {
        hint: "minute, hour, day, month, weekday, such as '30 2 * * 1-5'",
      },
    );
  },
};
