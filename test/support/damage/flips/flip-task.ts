// What is asked of a process that tries flips, and what it answers.

export interface FlipTask {
  readonly bit: number;
  /** Which command is tried beside verify: their names are taken in turn. Null means every command. */
  readonly turn: number | null;
  /** Whether a repair must mend the flip. */
  readonly repairs: boolean;
}

export interface FlipAnswer extends FlipTask {
  readonly wrong: readonly string[];
}
