// The clock as a value that is passed in. Nothing outside system/ asks the machine for the time, so that
// tests can hold the clock still.

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. Jumps when the clock is set. */
  nowMs(): number;
  /** Milliseconds since an arbitrary moment, for measuring durations. Never goes back. */
  monotonicMs(): number;
}

/** Nanoseconds since 1970-01-01T00:00:00Z, as in stats, in whole milliseconds. */
export function nowNs(clock: Clock): bigint {
  return BigInt(Math.floor(clock.nowMs())) * 1_000_000n;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
