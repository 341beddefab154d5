// Reads spans of time as TIME has them: `26h`, `14D`, `1W2D`.
import { parseTimeSpec } from '../../engine/snapshot/time-spec.js';
import { UsageError } from '../../errors.js';

/** @returns seconds. @throws UsageError for anything else */
export function parseSpan(option: string, text: string): number {
  if (/^(?:[0-9]+[smhDWMY])+$/.test(text)) {
    const spec = parseTimeSpec(text);
    if (spec.kind === 'ago') return spec.seconds;
  }
  throw new UsageError(`'--${option}' takes a span such as 14D, but '${text}' was given`, {
    typed: text,
    hint: 'a span is made of numbers with s, m (minutes), h, D, W, M (30 days) or Y (365 days)',
  });
}
