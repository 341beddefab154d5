// `npm run bench`: measures redis-rewind beside other programs, on data of a real redis-server. A missed
// target is printed and is not a failure. A restore that differs from the original is a failure.
// Exit 0: measured. 1: a wrong result, or a program that failed. 2: wrong usage.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import type { BenchContext } from './bench-context.js';
import {
  type BenchOptions,
  type OptionChoices,
  BenchUsageError,
  benchHelp,
  parseBenchOptions,
} from './bench-options.js';
import { ALL_CASES } from './cases/all-cases.js';
import { datasetPlace } from './data/dataset-place.js';
import { describeMachine } from './report/machine.js';
import { CHOOSABLE_PEERS, findPeers } from './peers/find-peers.js';
import { type BenchReport, formatCase, formatHeading } from './report/report.js';
import type { CaseResult } from './report/results.js';
import { Workspace } from './workspace.js';

const choices: OptionChoices = {
  cases: ALL_CASES.map(({ name }) => name),
  peers: CHOOSABLE_PEERS,
  temporary: tmpdir(),
};

async function main(argv: readonly string[]): Promise<void> {
  const options = parseBenchOptions(argv, choices);
  if (options.help) process.stdout.write(benchHelp(choices));
  else if (options.clean) await Workspace.remove(options.work);
  else await measure(options, argv);
}

async function measure(options: BenchOptions, argv: readonly string[]): Promise<void> {
  const { dumpBytes, seed, runs, nights } = options;
  const workspace = await Workspace.open(options.work);
  const found = await findPeers(options.peers);
  const place = datasetPlace(workspace.datasets, seed, dumpBytes);
  const context: BenchContext = {
    workspace,
    peers: found.map(({ peer }) => peer),
    historyPeers: options.historyPeers,
    runs,
    nights,
    seed,
    dumpBytes,
    place,
    say: (text) => void process.stderr.write(`${text}\n`),
  };
  const about: Omit<BenchReport, 'cases'> = {
    command: ['npm run bench --', ...argv].join(' '),
    dumpBytes,
    keys: place.keys,
    seed,
    runs,
    machine: await describeMachine(workspace.directory),
    versions: Object.fromEntries(found.map(({ peer, version }) => [peer.name, version])),
  };
  const print =
    options.json === '-' ? () => true : (text: string) => process.stdout.write(`${text}\n`);
  print(formatHeading(about));
  const results: CaseResult[] = [];
  try {
    for (const benchCase of ALL_CASES) {
      if (!options.cases.includes(benchCase.name)) continue;
      context.say(`== ${benchCase.name}`);
      for (const result of await benchCase.run(context)) {
        results.push(result);
        print(formatCase(result));
      }
    }
  } finally {
    await workspace.returnSource();
    if (!options.keep) await workspace.clearRun();
    // Measurements made before a failure are not lost.
    await writeJson(options.json, { ...about, cases: results });
  }
}

async function writeJson(target: string | null, report: BenchReport): Promise<void> {
  if (target === null) return;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (target === '-') process.stdout.write(text);
  else await writeFile(target, text);
}

// Leaving through exit kills the measured program. The next run removes the files that stay behind.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof BenchUsageError;
  const text = isUsage ? `${error.message}\n\n${benchHelp(choices)}` : (error as Error).stack;
  process.stderr.write(`bench: ${text}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
