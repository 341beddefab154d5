// The clock as a value that is passed in: outside system/ nothing asks the machine for the time, so
// that tests can hold it still.

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may jump when somebody sets the clock. */
  nowMs(): number;
  /** Milliseconds since an arbitrary moment, never going back: for measuring how long something took. */
  monotonicMs(): number;
}

/** Nanoseconds since 1970-01-01T00:00:00Z, as stats count them; no finer than milliseconds. */
export function nowNs(clock: Clock): bigint {
  return BigInt(Math.floor(clock.nowMs())) * 1_000_000n;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
