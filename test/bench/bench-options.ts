// The command line of the benchmark. Reading it has no effects.
import path from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly dumpBytes: number;
  readonly runs: number;
  /** How many nights the year of the long histories has. */
  readonly nights: number;
  readonly seed: number;
  readonly cases: readonly string[];
  readonly peers: readonly string[];
  readonly historyPeers: readonly string[];
  readonly work: string;
  /** The file for the results as JSON; null for none. */
  readonly json: string | null;
  readonly keep: boolean;
  readonly clean: boolean;
  readonly help: boolean;
}

export interface OptionChoices {
  readonly cases: readonly string[];
  readonly peers: readonly string[];
  /** The folder of the system for temporary files. */
  readonly temporary: string;
}

/** The command line is wrong. The message is for people. */
export class BenchUsageError extends Error {}

/** Fewer leave nothing to thin, and no night between two restarts. */
const LEAST_NIGHTS = 31;

const SMALLEST_BYTES = 1e6;
const LARGEST_BYTES = 8e9;

/** @throws BenchUsageError */
export function parseBenchOptions(
  argv: readonly string[],
  { cases, peers, temporary }: OptionChoices,
): BenchOptions {
  const { values } = parseOrExplain(argv);
  return {
    dumpBytes: parseSize(values.size ?? '850MB'),
    runs: parseCount('--runs', values.runs ?? '5', 1),
    nights: parseCount('--nights', values.nights ?? '365', LEAST_NIGHTS),
    seed: parseCount('--seed', values.seed ?? '1', 0),
    cases: chosen('--cases', values.cases, cases) ?? cases,
    peers: chosen('--peers', values.peers, peers) ?? peers,
    historyPeers: chosen('--history-peers', values['history-peers'], peers) ?? [],
    work: path.resolve(values.work ?? path.join(temporary, 'redis-rewind-bench')),
    json: values.json ?? null,
    keep: values.keep ?? false,
    clean: values.clean ?? false,
    help: values.help ?? false,
  };
}

export function benchHelp({ cases, peers }: OptionChoices): string {
  return `Usage: npm run bench -- [OPTIONS]

Measures redis-rewind and every other program that is installed on the data of a real redis-server.

  --size SIZE              of a dump, 1MB to 8GB (850MB: 4 million keys)
  --runs N                 how often each program runs each case (5)
  --nights N               of the cases nights and thinning (365): a shorter year for slow machines
  --seed N                 of the data (1)
  --cases A,B              ${cases.join(', ')} (all)
  --peers A,B              ${peers.join(', ')} (all; ours and cp always run)
  --history-peers A,B      those for which long histories are built too (none: it takes hours)
  --work DIR               where the data are made and kept for the next time
  --json FILE              writes all results there; - for stdout, in place of the tables
  --keep                   leaves the repositories of the run
  --clean                  removes the work folder and does nothing else
`;
}

/** `850MB`, `6GB`, `1.5GB`: decimal units. @throws BenchUsageError */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(MB|GB)$/i.exec(text);
  const unit = match?.[2]?.toUpperCase() === 'GB' ? 1e9 : 1e6;
  const bytes = Number(match?.[1] ?? Number.NaN) * unit;
  if (!(bytes >= SMALLEST_BYTES && bytes <= LARGEST_BYTES)) {
    throw new BenchUsageError(`--size: '${text}' is no size from 1MB to 8GB`);
  }
  return bytes;
}

function parseOrExplain(argv: readonly string[]): { values: Values } {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: false, strict: true });
  } catch (error) {
    throw new BenchUsageError((error as Error).message);
  }
}

const OPTIONS = {
  size: { type: 'string' },
  runs: { type: 'string' },
  nights: { type: 'string' },
  seed: { type: 'string' },
  cases: { type: 'string' },
  peers: { type: 'string' },
  'history-peers': { type: 'string' },
  work: { type: 'string' },
  json: { type: 'string' },
  keep: { type: 'boolean' },
  clean: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = {
  readonly [Name in keyof typeof OPTIONS]?:
    ((typeof OPTIONS)[Name]['type'] extends 'string' ? string : boolean) | undefined;
};

function parseCount(option: string, text: string, least: number): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (count < least) {
    throw new BenchUsageError(`${option}: '${text}' is no whole number from ${least} on`);
  }
  return count;
}

function chosen(
  option: string,
  text: string | undefined,
  choices: readonly string[],
): readonly string[] | null {
  if (text === undefined) return null;
  const names = text.split(',').filter(Boolean);
  const unknown = names.find((name) => !choices.includes(name));
  if (unknown !== undefined) {
    throw new BenchUsageError(`${option}: '${unknown}' is none of ${choices.join(', ')}`);
  }
  return names;
}
