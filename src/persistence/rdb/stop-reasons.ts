// The words for why a walk ends early. wasm/rdb/rdb-stop-reasons.ts has the numbers.

/** Names that do not change, so that code can depend on them. */
export type RdbStopReason =
  | 'bad-length'
  | 'bad-string'
  | 'too-long'
  | 'bad-module-item'
  | 'bad-container'
  | 'not-an-rdb'
  | 'unknown-version'
  | 'truncated'
  | 'unknown-type'
  | 'unknown-opcode'
  | 'bad-database'
  | 'bad-module-aux'
  | 'bad-array-item'
  | 'unknown-template';

interface Words {
  readonly reason: RdbStopReason;
  /** Lower case, without a full stop. `value` is the number that was not understood. */
  readonly say: (value: number) => string;
}

const WORDS: Readonly<Record<number, Words>> = {
  1: { reason: 'bad-length', say: (value) => `a length in the unknown encoding ${hex(value)}` },
  2: { reason: 'bad-string', say: (value) => `a string in the unknown encoding ${hex(value)}` },
  3: { reason: 'too-long', say: (value) => `the impossible length ${value}` },
  4: { reason: 'bad-module-item', say: (value) => `the unknown item ${value} in a module's data` },
  5: { reason: 'bad-container', say: (value) => `the unknown container ${value} in a list` },
  6: { reason: 'not-an-rdb', say: () => 'no RDB header' },
  7: { reason: 'unknown-version', say: (value) => `the unknown RDB version ${value}` },
  8: { reason: 'truncated', say: () => 'the end of the file in the middle of the RDB' },
  9: { reason: 'unknown-type', say: (value) => `the unknown type ${value}` },
  10: { reason: 'unknown-opcode', say: (value) => `the unknown opcode ${value}` },
  12: { reason: 'bad-database', say: (value) => `the impossible database number ${value}` },
  14: {
    reason: 'bad-module-aux',
    say: (value) => `the unknown opcode ${value} at the beginning of a module's data`,
  },
  15: { reason: 'bad-array-item', say: (value) => `the unknown item ${value} in an array` },
  16: { reason: 'unknown-template', say: (value) => `a hash of the unknown template ${value}` },
};

export interface RdbStop {
  readonly reason: RdbStopReason;
  /** Offset of what was not understood. If the file is truncated, its size. */
  readonly stoppedAt: number;
  /** Offset of the entry in which the walk stopped. All entries before it are whole and were walked. */
  readonly entryAt: number;
  /** For people: what was found, and where. */
  readonly message: string;
}

/** Describes a stop by the numbers that the engine gives it. */
export function describeStop(
  code: number,
  value: number,
  stoppedAt: number,
  entryAt: number,
): RdbStop {
  const words = WORDS[code];
  if (words === undefined) throw new Error(`the walk stopped for the unknown reason ${code}`);
  const message = `found ${words.say(value)} at byte ${stoppedAt}`;
  return { reason: words.reason, stoppedAt, entryAt, message };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
