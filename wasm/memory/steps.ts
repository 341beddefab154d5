// What a step of a job returns to TypeScript. src/system/wasm/step.ts has the same numbers.

/** The input that was fed is used up. */
export const STEP_NEED_INPUT = 0;
/** There is more to do once the output has been taken. */
export const STEP_AGAIN = 1;
export const STEP_END = 2;
/** A decoder rejected its input: see delta/format-error.ts. */
export const STEP_ERROR = 3;
