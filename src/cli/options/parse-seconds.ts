// Numbers of seconds, as `--wait-lock` takes them.
import { UsageError } from '../../errors.js';

const LONGEST_WAIT_SECONDS = 1_000_000;

/** @returns milliseconds. @throws UsageError for what is no number, negative, or too long */
export function parseSeconds(option: string, text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= LONGEST_WAIT_SECONDS))
    throw new UsageError(`--${option} takes a number of seconds, '${text}' was given`);
  return Math.round(seconds * 1000);
}
