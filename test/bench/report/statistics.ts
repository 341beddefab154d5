// The summary of several measurements: the median and the spread.

/** The middle value, or the mean of the two in the middle; NaN where there is no value. */
export function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = ordered.length / 2;
  const upper = ordered[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (ordered[middle - 1] ?? Number.NaN)) / 2 : upper;
}

export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** All NaN where there is no value. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) return { least: Number.NaN, median: Number.NaN, most: Number.NaN };
  return { least: Math.min(...values), median: median(values), most: Math.max(...values) };
}
