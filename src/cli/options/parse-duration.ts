// Reads durations as people type them: `30s`, `10m`, `2h`, `1h30m`.
import { UsageError } from '../../errors.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST_HOURS = 10_000;

/** @returns milliseconds, at least one second. @throws UsageError for anything else */
export function parseDuration(option: string, text: string): number {
  const isDuration = /^(?:[0-9]+(?:\.[0-9]+)?[smh])+$/.test(text);
  let milliseconds = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/([0-9.]+)([smh])/g)) {
    milliseconds += Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  }
  if (isDuration && milliseconds >= 1000 && milliseconds <= LONGEST_HOURS * 3_600_000) {
    return Math.round(milliseconds);
  }
  throw new UsageError(
    `'--${option}' takes a time such as 30s, 10m or 2h, but '${text}' was given`,
  );
}
