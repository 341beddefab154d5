// What a step of a job returns. wasm/memory/steps.ts has the same numbers.

export const STEP = {
  /** The input that was fed is used up. */
  needInput: 0,
  /** There is more to do once the output has been taken. */
  again: 1,
  end: 2,
  /** A decoder rejected its input. */
  error: 3,
} as const;
