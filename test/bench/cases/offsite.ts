// The first night off the machine: `export`, beside the programs of Debian in a pipe, and beside restic into the same store. To a
// file, and to a real Swift on loopback.
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { createIdentity } from '../../support/archive/create-identity.js';
import { type SwiftServer, startSwift } from '../../support/offsite/swift-server.js';
import { mainScript } from '../../support/program/project-paths.js';
import type { BenchContext } from '../bench-context.js';
import { type Step, measureStep } from '../commands/measure-process.js';
import { runQuietly } from '../commands/run-quietly.js';
import { DUMP } from '../data/bench-server.js';
import { scatteredDumps } from '../data/dump-datasets.js';
import { requireSameFiles } from '../data/file-digest.js';
import { warm } from '../file-tree.js';
import { RUN_MEMORY, touchMemory } from '../measure/present-memory.js';
import { OURS, type PeerName, STOCK_PIPE, shell } from '../peers/peer.js';
import { describeFiles } from '../report/format-quantities.js';
import type { CaseResult, RunResult } from '../report/results.js';
import { Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';

export const offsite: BenchCase = {
  name: 'offsite',
  run: async (context) => {
    const { before } = await scatteredDumps(context.place);
    const root = context.workspace.inRun('offsite');
    await rm(root, { recursive: true, force: true });
    await mkdir(root, { recursive: true });
    const repository = path.join(root, 'repository');
    await runQuietly(ours('backup', before.directory, repository));
    const keys = await createIdentity(root);
    const scene: Scene = { root, repository, source: before.directory, ...keys };
    const digest = before.digests[DUMP] ?? '';
    const subject = await describeFiles(before.directory);
    const swift = await startSwift();
    try {
      const toFile = await measureRounds(context, scene, fileTargets(scene));
      await requireRestored(scene, digest, path.join(root, OURS));
      const toSwift = await measureRounds(context, scene, swiftTargets(scene, swift));
      await requireRestored(scene, digest, `swift://${OURS}/1`, swift.environment);
      return [
        toResult('offsite-file', 'An export to a file', subject, toFile),
        toResult('offsite-swift', 'An export to Swift', subject, toSwift),
      ];
    } finally {
      await swift.stop();
    }
  },
};

interface Scene {
  readonly root: string;
  readonly repository: string;
  /** What was backed up. */
  readonly source: string;
  readonly identityFile: string;
  readonly recipient: string;
}

/** One program and one place to which it sends the snapshot. */
interface Sending {
  readonly peer: PeerName;
  /** Not measured. */
  readonly prepare: (round: number) => Promise<void>;
  readonly send: (round: number) => Step;
  /** How many bytes arrived. */
  readonly sentBytes: (round: number) => Promise<number>;
}

async function measureRounds(
  { workspace, dumpBytes, runs, say }: BenchContext,
  { source, repository }: Scene,
  sendings: readonly Sending[],
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (let round = 1; round <= runs; round += 1) {
    for (const { peer, prepare, send, sentBytes } of sendings) {
      say(`run ${round} of ${runs}: ${peer}`);
      await prepare(round);
      await warm(source);
      await warm(repository);
      await workspace.settle();
      await touchMemory(RUN_MEMORY * dumpBytes);
      const measured = await measureStep(send(round));
      results.push({
        peer,
        ...measured,
        addedBytes: await sentBytes(round),
        repositoryBytes: null,
      });
    }
  }
  return results;
}

const PIPE = 'tar -C "$1" -c . | zstd -q -3 | age -r "$2"';

function fileTargets({ root, repository, source, recipient }: Scene): Sending[] {
  const toFile = (peer: PeerName, name: string, step: (file: string) => Step): Sending => {
    const file = path.join(root, name);
    return {
      peer,
      prepare: async () => rm(file, { force: true }),
      send: () => step(file),
      sentBytes: async () => (await stat(file)).size,
    };
  };
  return [
    toFile(OURS, OURS, (file) => ours('export', '--recipient', recipient, repository, file)),
    toFile(STOCK_PIPE, 'pipe', (file) =>
      shell(`${PIPE} > "$3"; sync "$3"`, source, recipient, file),
    ),
  ];
}

/** Of the pipe's segments, as large as ours are. */
const SEGMENT_BYTES = 64 << 20;

function swiftTargets(
  { repository, source, recipient }: Scene,
  { environment: env }: SwiftServer,
): Sending[] {
  const toSwift = (
    peer: PeerName,
    container: string,
    step: (place: string, round: number) => Step,
  ): Sending => ({
    peer,
    prepare: async () => undefined,
    send: (round) => ({ ...step(container, round), env }),
    sentBytes: async (round) => {
      const perRound = peer === 'restic' ? `${container}-${round}` : container;
      const bytes = await runQuietly({ ...shell(ARRIVED, perRound), env });
      // Segments of earlier rounds are there too, of the same size.
      return Number(bytes) / (peer === 'restic' ? 1 : round);
    },
  });
  const password = { ...env, RESTIC_PASSWORD: 'benchmark' };
  const restic = (round: number, ...args: readonly string[]): Step => ({
    command: 'restic',
    args: ['--quiet', '--no-cache', '--repo', `swift:restic-${round}:/`, ...args],
    env: password,
  });
  return [
    toSwift(OURS, OURS, (container, round) =>
      ours('export', '--recipient', recipient, repository, `swift://${container}/${round}`),
    ),
    toSwift(STOCK_PIPE, 'pipe', (container, round) =>
      shell(
        `${PIPE} | swift -q upload --use-slo -S ${SEGMENT_BYTES} --object-name "$4" "$3" -`,
        source,
        recipient,
        container,
        String(round),
      ),
    ),
    {
      ...toSwift('restic', 'restic', (_, round) => restic(round, 'backup', source)),
      prepare: async (round) => void (await runQuietly(restic(round, 'init'))),
      send: (round) => restic(round, 'backup', source),
    },
  ];
}

/** The bytes of the container of segments, or, without one, of the container. */
const ARRIVED = `for container in "$1_segments" "$1"; do
  if text=$(swift stat "$container" 2> /dev/null); then echo "$text" | sed -n 's/^ *Bytes: //p'; exit; fi
done
exit 1`;

async function requireRestored(
  { root, identityFile }: Scene,
  digest: string,
  archive: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const to = path.join(root, 'check');
  await runQuietly({ ...ours('restore', '--from', archive, '-i', identityFile, to), env });
  await requireSameFiles(to, { [DUMP]: digest }, `restored from ${archive}`);
  await rm(to, { recursive: true });
}

function toResult(
  name: string,
  title: string,
  subject: string,
  runs: readonly RunResult[],
): CaseResult {
  const targets = new Targets(runs);
  return {
    name,
    title,
    subject,
    runs,
    targets: [targets.wallAtMostOf(1.5, STOCK_PIPE), targets.peakRssAtMost(256)],
  };
}

function ours(...args: readonly string[]): Step {
  return { command: process.execPath, args: [mainScript, ...args] };
}
