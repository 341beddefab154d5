// The words for why the scan of an append-only file stops; the numbers are those of wasm/aof/aof-scan.ts.

/** Stable names, for what depends on the reason. */
export type AofStopReason = 'unexpected-byte' | 'bad-number' | 'no-arguments' | 'long-annotation';

const WORDS: Readonly<Record<number, { reason: AofStopReason; say: (byte: string) => string }>> = {
  1: { reason: 'unexpected-byte', say: (byte) => `${byte} where no command has it` },
  2: { reason: 'bad-number', say: () => 'a number that no command has' },
  3: { reason: 'no-arguments', say: () => 'a command of no arguments' },
  4: { reason: 'long-annotation', say: () => 'an annotation longer than a server writes' },
};

export interface AofStop {
  readonly reason: AofStopReason;
  readonly stoppedAt: number;
  /** For people: what was found where. */
  readonly message: string;
}

/** Why a scan stopped, by the engine's numbers. */
export function describeAofStop(code: number, byte: number, stoppedAt: number): AofStop {
  const words = WORDS[code];
  if (words === undefined) throw new Error(`the scan stopped for the unknown reason ${code}`);
  const found = words.say(`the byte 0x${byte.toString(16).padStart(2, '0')}`);
  return { reason: words.reason, stoppedAt, message: `found ${found} at byte ${stoppedAt}` };
}
