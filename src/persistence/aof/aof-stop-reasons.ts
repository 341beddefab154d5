// The words for why a scan of an append-only file stops. wasm/aof/aof-scan.ts has the numbers.

/** Names that do not change, so that code can depend on them. */
export type AofStopReason = 'unexpected-byte' | 'bad-length' | 'no-arguments' | 'no-command';

const WORDS: Readonly<Record<number, { reason: AofStopReason; say: (byte: string) => string }>> = {
  1: { reason: 'unexpected-byte', say: (byte) => `the unexpected byte ${byte}` },
  2: { reason: 'bad-length', say: () => 'an impossible length' },
  3: { reason: 'no-arguments', say: () => 'a command without arguments' },
  4: { reason: 'no-command', say: () => 'a name that no command has' },
};

export interface AofStop {
  readonly reason: AofStopReason;
  readonly stoppedAt: number;
  /** For people: what was found, and where. */
  readonly message: string;
}

/** Describes a stop by the number that the engine gives it. */
export function describeAofStop(code: number, byte: number, stoppedAt: number): AofStop {
  const words = WORDS[code];
  if (words === undefined) throw new Error(`the scan stopped for the unknown reason ${code}`);
  const found = words.say(`0x${byte.toString(16).padStart(2, '0')}`);
  return { reason: words.reason, stoppedAt, message: `found ${found} at byte ${stoppedAt}` };
}
