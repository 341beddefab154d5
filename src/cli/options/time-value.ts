// Reads a TIME from the command line. A TIME that cannot be parsed is refused here, before a repository is
// opened. The use case resolves the text to a moment, because some forms depend on the snapshots.
import { parseTimeSpec } from '../../engine/snapshot/time-spec.js';
import type { ParsedArguments } from './parse-arguments.js';

/**
 * @returns the TIME as it was typed; null if the option was not given
 * @throws UsageError for a TIME that has no known form or is not in the calendar
 */
export function timeValue(
  { values }: ParsedArguments,
  option: 'at' | 'changed-since',
): string | null {
  const text = values.get(option)?.[0] ?? null;
  if (text !== null) parseTimeSpec(text);
  return text;
}
