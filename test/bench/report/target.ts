// One target of a case, and whether a measurement has reached it.

export interface Target {
  readonly what: string;
  readonly measured: string;
  /** Null where it could not be measured. */
  readonly isReached: boolean | null;
}
