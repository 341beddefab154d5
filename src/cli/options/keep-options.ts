// The rules that say which snapshots stay, the share of an alarm, and tags, as they are typed.
import { type KeepRules, PERIODS, type Period } from '../../engine/keep/keep-rules.js';
import { USUAL_PERCENT } from '../../engine/snapshot/alarm/compare-states.js';
import { TAG_HINT, isTagName } from '../../engine/snapshot/tag-name.js';
import { UsageError } from '../../errors.js';
import type { ParsedArguments } from './parse-arguments.js';
import { parseSpan } from './parse-span.js';

/** @throws UsageError for a count or a span that makes no sense */
export function toKeepRules({ values }: Pick<ParsedArguments, 'values'>): KeepRules {
  const last = values.get('keep-last')?.[0];
  const within = values.get('keep-within')?.[0];
  const buckets: Partial<Record<Period, number>> = {};
  for (const period of PERIODS) {
    const count = values.get(`keep-${period}`)?.[0];
    if (count !== undefined) buckets[period] = parseCount(`keep-${period}`, count);
  }
  return {
    last: last === undefined ? null : parseCount('keep-last', last),
    buckets,
    withinSeconds: within === undefined ? null : parseSpan('keep-within', within),
  };
}

function parseCount(option: string, text: string): number {
  const count = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new UsageError(`'--${option}' takes a number, but '${text}' was given`, { typed: text });
}

/** The share of `--alarm`, in per cent. @throws UsageError */
export function parseAlarm(text: string | undefined): number {
  if (text === undefined) return USUAL_PERCENT;
  const match = /^([0-9]{1,3}(?:\.[0-9]{1,3})?)%?$/.exec(text);
  const percent = match === null ? Number.NaN : Number(match[1]);
  if (percent > 0 && percent <= 100) return percent;
  throw new UsageError(`'--alarm' takes a percentage such as 50, but '${text}' was given`, {
    typed: text,
  });
}

/** @throws UsageError for a name that no snapshot can have */
export function parseTagName(text: string): string {
  if (isTagName(text)) return text;
  throw new UsageError(`'${text}' cannot be a tag`, {
    typed: text,
    hint: TAG_HINT,
  });
}
