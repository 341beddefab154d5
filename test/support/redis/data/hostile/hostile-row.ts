// One row of the tables of hostile values.

/**
 * `whole`: a server with its default settings loads the value. `damaged`: it refuses the value with
 * `sanitize-dump-payload yes` alone. `broken`: it refuses the value, dies of it, or drops it without a word.
 */
export type ValueVerdict = 'whole' | 'damaged' | 'broken';

export type HostileRow = readonly [
  name: string,
  /** The type byte. */
  type: number,
  bytes: readonly number[],
  verdict: ValueVerdict,
];
