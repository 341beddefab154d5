// Sizes as people type them: a number of bytes, or of K, M or G of 1024 each, with or without `iB`.
import { UsageError } from '../../errors.js';

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** @throws UsageError for what is no size, or not between the two that are named in the message */
export function parseSize(option: string, text: string, least: string, most: string): number {
  const bytes = readSize(text);
  if (bytes >= readSize(least) && bytes <= readSize(most)) return bytes;
  throw new UsageError(`--${option} takes a size from ${least} to ${most}, '${text}' was given`);
}

/** NaN for what is no size. */
function readSize(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?([kmg]?)(?:i?b)?$/i.exec(text);
  if (match === null) return Number.NaN;
  const [, number = '', unit = ''] = match;
  return Math.round(Number(number) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN));
}
