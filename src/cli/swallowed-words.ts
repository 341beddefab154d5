// Why a line may have too many or too few paths: a TIME without its quotes, or an option that has taken a
// path for its value. Pure.
import { OPTION_SPECS, optionLabel, type OptionName } from './options/option-table.js';
import type { ParsedArguments } from './options/parse-arguments.js';

/** A time of the day or a zone: what is left of a TIME such as `2026-11-22 03:00:00 +01:00` after its blanks. */
const PART_OF_TIME = /^(?:\d{1,2}:\d\d(?::\d\d)?|[+-]\d\d:?\d\d|Z)$/;

/** How a path begins that is not a mere name. */
const PATH = /^\.{0,2}\//;

/** The kinds of values, as the help names them, that may begin like a path. */
const PATH_VALUES: readonly string[] = ['PATH', 'FILE', 'DIR', 'GLOB'];

/** The hint for a line whose TIME was torn apart at its blanks; null for any other line. */
export function tornTimeHint(parsed: ParsedArguments): string | null {
  const parts = parsed.operands.filter((operand) => PART_OF_TIME.test(operand));
  if (parts.length === 0) return null;
  for (const spec of OPTION_SPECS) {
    const [day] = parsed.values.get(spec.name as OptionName) ?? [];
    if (spec.value !== 'TIME' || day === undefined) continue;
    return `a TIME with blanks needs quotes: "${[day, ...parts].join(' ')}"`;
  }
  return null;
}

/** The hint for a line with an option that has taken a path for its value; null for any other line. */
export function takenPathHint(parsed: ParsedArguments): string | null {
  for (const spec of OPTION_SPECS) {
    if (spec.value === undefined || PATH_VALUES.includes(spec.value)) continue;
    const values = parsed.values.get(spec.name as OptionName) ?? [];
    if (!values.some((value) => PATH.test(value))) continue;
    return `'${optionLabel(spec)}' needs ${spec.value}, and took the path after it for that`;
  }
  return null;
}
