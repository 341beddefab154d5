// Durations as people type them for waiting: a number of seconds, with or without a fraction.
import { UsageError } from '../errors.js';

const LONGEST_SECONDS = 1_000_000;

/** @returns milliseconds. @throws UsageError for what is no number of seconds */
export function parseSeconds(option: string, text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= LONGEST_SECONDS))
    throw new UsageError(`--${option} takes a number of seconds, '${text}' was given`);
  return Math.round(seconds * 1000);
}
