// The words for what is damaged inside a value. wasm/rdb/values/verdicts.ts has the numbers.

const WORDS: Readonly<Record<number, string>> = {
  1: 'a damaged compressed string',
  2: 'a damaged intset',
  3: 'a damaged listpack',
  4: 'a damaged ziplist',
  5: 'a score that is not a number',
  6: 'a damaged zipmap',
  7: 'a key that its database has already',
  8: 'a member or a field that its value has already',
  9: 'an empty node in a list',
  10: 'a damaged node of a stream',
  11: 'a node of a stream whose id is damaged, or is there twice',
  12: 'a consumer group that its stream has already',
  13: 'a pending entry of a consumer group that is there twice',
  14: 'a consumer that its group has already',
  15: 'a pending entry of a consumer that its group does not have',
  16: 'a consumer group with a pending entry that no consumer has',
  17: 'a stream with entries and without a node',
};

/** What was found inside of values: damage, and names that are there twice. */
export interface RdbValueFaults {
  /** The first that every server refuses, for people. Null if there is none. */
  readonly refused: string | null;
  /** The first that a server refuses with `sanitize-dump-payload yes` alone. */
  readonly suspect: string | null;
  /** How many strings and values were not looked into, or not to their end: too long, or too many. */
  readonly skippedValues: number;
  /** How many keys were not compared with the others. */
  readonly skippedKeys: number;
}

/** @returns null for 0, which means no fault */
export function describeFault(code: number, at: number): string | null {
  if (code === 0) return null;
  const words = WORDS[code];
  if (words === undefined) throw new Error(`the walk found the unknown fault ${code}`);
  return `found ${words} at byte ${at}`;
}
