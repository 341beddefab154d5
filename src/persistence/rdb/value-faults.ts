// The words for what is damaged inside a value. wasm/rdb/rdb-values.ts has the numbers.

const WORDS: Readonly<Record<number, string>> = {
  1: 'a damaged compressed string',
  2: 'a damaged intset',
  3: 'a damaged listpack',
  4: 'a damaged ziplist',
  5: 'a score that is not a number',
};

/** What was found inside of compressed strings and packed values. */
export interface RdbValueFaults {
  /** The first that every server refuses, for people. Null if there is none. */
  readonly refused: string | null;
  /** The first that a server refuses with `sanitize-dump-payload yes` alone. */
  readonly suspect: string | null;
  /** How many compressed strings and packed values were not looked into: too long, or too many. */
  readonly skippedValues: number;
}

/** @returns null for 0, which means no fault */
export function describeFault(code: number, at: number): string | null {
  if (code === 0) return null;
  const words = WORDS[code];
  if (words === undefined) throw new Error(`the walk found the unknown fault ${code}`);
  return `found ${words} at byte ${at}`;
}
