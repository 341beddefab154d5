// Reads sizes as people type them: a number of bytes, or of K, M or G, in steps of 1024, with or without
// `iB`.
import { UsageError } from '../../errors.js';

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** @throws UsageError for text that is not a size, or a size outside `least` to `most` */
export function parseSize(option: string, text: string, least: string, most: string): number {
  const bytes = readSize(text);
  if (bytes >= readSize(least) && bytes <= readSize(most)) return bytes;
  throw new UsageError(
    `'--${option}' takes a size from ${least} to ${most}, but '${text}' was given`,
  );
}

/** NaN for text that is not a size. */
function readSize(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?([kmg]?)(?:i?b)?$/i.exec(text);
  if (match === null) return Number.NaN;
  const [, number = '', unit = ''] = match;
  return Math.round(Number(number) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN));
}
