// How every backup case is measured. In each round every program runs once, one after the other, from the same
// state. The files that it reads are in the page cache, and nothing is left to be written to the disk.
import { rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import type { BenchContext } from '../bench-context.js';
import { type Digests, requireSameFiles } from '../data/file-digest.js';
import { filesBelow, treeBytes, warm } from '../file-tree.js';
import { measureStep } from '../commands/measure-process.js';
import { RUN_MEMORY, touchMemory } from './present-memory.js';
import type { PeerState } from './peer-state.js';
import { OURS, type BackupSource, repositoryOf, requireStep } from '../peers/peer.js';
import type { RunResult } from '../report/results.js';
import { runQuietly } from '../commands/run-quietly.js';

export interface BackupRounds {
  readonly context: BenchContext;
  readonly states: readonly PeerState[];
  readonly source: BackupSource;
  /** The name of the state that each run starts from; null for a first backup. */
  readonly startsFrom: string | null;
  /** The size of SOURCE at the last backup; 0 before the first. */
  readonly sourceBytesBefore: number;
  /** What our repository must restore afterwards, by the number of backups back. */
  readonly expected: readonly Digests[];
  /** Called after each run of our program, before its repository is removed. */
  readonly inspectOurs?: (repository: string) => Promise<void>;
}

/** The stat of a file that was touched less than two seconds ago proves nothing (docs/format.md). */
const SETTLED_AFTER_MS = 2500;

export async function measureBackups(rounds: BackupRounds): Promise<RunResult[]> {
  const { context, states, source } = rounds;
  await untilSettled(source.directory);
  const results: RunResult[] = [];
  for (let round = 1; round <= context.runs; round += 1) {
    for (const state of states) {
      context.say(`run ${round} of ${context.runs}: ${state.peer.name}`);
      results.push(await measureBackup(rounds, state));
      if (state.peer.name === OURS) {
        await rounds.inspectOurs?.(repositoryOf(state.place));
        if (round === 1) await requireRestores(rounds, state);
      }
      await state.remove();
    }
  }
  return results;
}

async function measureBackup(rounds: BackupRounds, state: PeerState): Promise<RunResult> {
  const { context, source, startsFrom } = rounds;
  const { peer, place } = state;
  const isAnew = startsFrom === null || peer.kind === 'copy';
  if (isAnew) await state.createEmpty();
  else await state.setBackTo(startsFrom);
  const bytesBefore = await treeBytes(repositoryOf(place));
  await warm(source.directory);
  await warm(place.directory);
  await context.workspace.settle();
  await touchMemory(RUN_MEMORY * context.dumpBytes);

  const measured = await measureStep(state.backupStep(source));

  const repositoryBytes = await treeBytes(repositoryOf(place));
  const mirrorGrowth = (await treeBytes(source.directory)) - rounds.sourceBytesBefore;
  const growth = repositoryBytes - bytesBefore;
  return {
    peer: peer.name,
    ...measured,
    addedBytes: peer.hasMirror ? growth - mirrorGrowth : growth,
    repositoryBytes,
  };
}

/** Restores each of the expected states from our repository; throws unless they are the originals. */
async function requireRestores(
  { context, source, expected }: BackupRounds,
  { peer, place }: PeerState,
): Promise<void> {
  for (const [back, digests] of expected.entries()) {
    const destination = context.workspace.inRun('check');
    const ordinal = expected.length - 1 - back;
    const backups = expected.length;
    const wish = { backups, ordinal, destination, original: source.directory, file: source.file };
    await runQuietly(requireStep(peer.restore(place, wish)));
    await requireSameFiles(destination, digests, `restored from ${back} backups back`);
    await rm(destination, { recursive: true });
  }
}

/** Waits until no file was touched a moment ago. */
export async function untilSettled(directory: string): Promise<void> {
  for (const file of await filesBelow(directory)) {
    const ageMs = Date.now() - (await stat(file)).ctimeMs;
    if (ageMs < SETTLED_AFTER_MS) await delay(SETTLED_AFTER_MS - ageMs);
  }
}

/** Makes the first backup of each program and keeps it under `name`, unless it is kept already. */
export async function keepFirstBackups(
  context: BenchContext,
  states: readonly PeerState[],
  source: BackupSource,
  name: string,
): Promise<void> {
  await untilSettled(source.directory);
  for (const state of states) {
    if (state.peer.kind === 'copy' || (await state.isKept(name))) continue;
    context.say(`preparing: ${state.peer.name}`);
    await state.createEmpty();
    await state.backUp(source);
    await state.keepAs(name);
  }
}
