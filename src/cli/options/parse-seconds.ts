// Reads a number of seconds, which `--wait-lock` and `--wait-timeout` take.
import { UsageError } from '../../errors.js';

const LONGEST_WAIT_SECONDS = 1_000_000;

/** @returns milliseconds. @throws UsageError for text that is not a number, or a number that is negative or too large */
export function parseSeconds(option: string, text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= LONGEST_WAIT_SECONDS))
    throw new UsageError(`'--${option}' takes a number of seconds, but '${text}' was given`);
  return Math.round(seconds * 1000);
}
