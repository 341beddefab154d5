// A run of the program on a disk that is written down step by step, and then every power loss that it
// might have met: at each step, in every way that survivors.ts knows, laid in a folder of its own.
import path from 'node:path';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { DATA } from '../../../src/repository/layout.js';
import { joinPath, pathFromText } from '../../../src/system/files/byte-path.js';
import { removeTree } from '../files/temporary-directory.js';
import { SeededRandom } from '../program/seeded-random.js';
import type { DiskStep } from './disk-steps.js';
import type { Disk } from './disk.js';
import { fingerprint, layTree, readDisk } from './lay-disk.js';
import { RecordingFileSystem } from './recording-file-system.js';
import { type SurvivingDirectory, survivorsOf } from './survivors.js';

/** Mixtures at random for each step, beside all that is tried one by one. */
const MIXTURES = 3;

export interface Recording {
  /** What the disk held before the run, all of it durable. */
  readonly before: Disk;
  readonly steps: readonly DiskStep[];
  /** How many steps had been made when each part of the run had ended. */
  readonly endedAt: readonly number[];
}

/**
 * Runs something of which all that it does below `disk`, a folder, is written down.
 * @param repositories names in that folder of repositories that SQLite writes into
 * @param parts run one after the other, each with a context that writes down what it does
 */
export async function recordRun(
  disk: string,
  repositories: readonly string[],
  context: RunContext,
  parts: readonly ((context: RunContext) => Promise<unknown>)[],
): Promise<Recording> {
  const folder = pathFromText(disk);
  const databases = repositories.flatMap((name) =>
    ['catalog.sqlite3', 'catalog.new'].map((file) =>
      joinPath(joinPath(pathFromText(name), DATA), file),
    ),
  );
  const before = readDisk(folder);
  const fileSystem = new RecordingFileSystem(before.copy(), folder, databases);
  const endedAt: number[] = [];
  for (const part of parts) {
    await part({ ...context, fileSystem });
    fileSystem.noteDatabases();
    endedAt.push(fileSystem.steps.length);
  }
  return { before, steps: fileSystem.steps, endedAt };
}

/** What a power loss has left, laid in a folder of its own. */
export interface Aftermath {
  readonly folder: string;
  /** How many parts of the run had ended before. */
  readonly ended: number;
  /** How many steps had been made, and what was lost. */
  readonly when: string;
}

export interface PowerLossTally {
  /** Moments: before the first step, and after each. */
  points: number;
  /** Power losses: each point with every way in which it may end. */
  losses: number;
  /** Those that left something that none before had left. */
  distinct: number;
}

/** Calls `check` for all that may be left, once for what is left alike; removes the folder then. */
export async function atEachPowerLoss(
  root: string,
  { before, steps, endedAt }: Recording,
  seed: string,
  check: (aftermath: Aftermath) => Promise<void>,
): Promise<PowerLossTally> {
  const random = new SeededRandom(seed);
  const seen = new Set<string>();
  const tally: PowerLossTally = { points: 0, losses: 0, distinct: 0 };
  const disk = before.copy();
  for (let made = 0; made <= steps.length; made += 1) {
    const step = steps[made - 1];
    if (step !== undefined) disk.apply(step);
    const ended = endedAt.filter((end) => end <= made).length;
    tally.points += 1;
    for (const { title, tree } of survivorsOf(disk, random, MIXTURES)) {
      tally.losses += 1;
      const print = `${ended} ${fingerprint(tree)}`;
      if (seen.has(print)) continue;
      seen.add(print);
      tally.distinct += 1;
      const folder = path.join(root, `left-${seed}-${tally.distinct}`);
      layTree(pathFromText(folder), tree);
      await check({ folder, ended, when: `step ${made} (${step?.kind ?? 'none'}), ${title}` });
      await removeTree(folder);
    }
  }
  return tally;
}

/** One thing that a power loss may leave at a step: the `which`-th way, from 0 on. */
export function survivorAt(
  { before, steps }: Recording,
  made: number,
  which: number,
): SurvivingDirectory {
  const disk = before.copy();
  for (const step of steps.slice(0, made)) disk.apply(step);
  const survivors = [...survivorsOf(disk, new SeededRandom(made), MIXTURES)];
  const survivor = survivors[which < 0 ? survivors.length + which : which];
  if (survivor === undefined) throw new Error(`step ${made} has no survivor ${which}`);
  return survivor.tree;
}
