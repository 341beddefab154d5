// The rules that say which snapshots stay, as a person gives them. A snapshot stays if any of them keeps it. Pure values.

/** The buckets of the calendar, in local time. A week is an ISO week, which begins on Monday. */
export const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

export type Period = (typeof PERIODS)[number];

export interface KeepRules {
  /** How many of the newest snapshots stay; null where no rule says so. */
  readonly last: number | null;
  /** How many buckets stay, newest first. Buckets without a snapshot do not count. The newest of each stays. */
  readonly buckets: Readonly<Partial<Record<Period, number>>>;
  /** Snapshots up to this many seconds older than the newest one stay; null where no rule says so. */
  readonly withinSeconds: number | null;
}

export const NO_RULES: KeepRules = { last: null, buckets: {}, withinSeconds: null };

/** Whether there is none: then no rule keeps a snapshot. */
export function isWithoutRules({ last, buckets, withinSeconds }: KeepRules): boolean {
  return (
    last === null &&
    withinSeconds === null &&
    PERIODS.every((period) => buckets[period] === undefined)
  );
}

/** Why a rule keeps a snapshot. */
export type RuleReason =
  /** The `place`th newest of `count`. */
  | { readonly kind: 'last'; readonly place: number; readonly count: number }
  /** The newest of the `place`th newest bucket of `count`. */
  | {
      readonly kind: 'bucket';
      readonly period: Period;
      readonly name: string;
      readonly place: number;
      readonly count: number;
    }
  /** Not older than `seconds` before the newest. */
  | { readonly kind: 'within'; readonly seconds: number };
