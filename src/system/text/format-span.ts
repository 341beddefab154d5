// A span of time for people, as they type it: two units at most, so that it is read at a glance.
const UNITS = [
  ['D', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** @param seconds 0 or more; such as `2D4h`, `26h`, `45s`. From three days on, days alone */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  // People say 26 hours, and not one day and two hours.
  const from = whole < 2 * 86_400 ? 1 : 0;
  const index = UNITS.findIndex(([, size], at) => at >= from && whole >= size);
  const [unit, size] = UNITS[index] ?? (['s', 1] as const);
  const count = Math.floor(whole / size);
  const [smaller, smallerSize] = UNITS[index + 1] ?? (['s', 1] as const);
  const rest = Math.floor((whole - count * size) / smallerSize);
  const isCoarse = unit === 's' || (unit === 'D' && count >= 3) || (unit === 'h' && count >= 10);
  return rest === 0 || isCoarse ? `${count}${unit}` : `${count}${unit}${rest}${smaller}`;
}
