// Carries out a removal, step by step. Each step is one transaction, and leaves a repository in which all that stays can be
// restored. What is left after a kill, the next run does.
import type { Increment } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { WritableRepository } from '../repository.js';
import { LinkedRuns } from './linked-runs.js';
import { isDiskFull } from './reserve.js';
import { storedBytes } from './removal-plan.js';

export interface RemovalOutcome {
  /** What came back from increments, less what the new ones take. */
  readonly freedBytes: number;
  /** Runs that could not be composed: their increments stay. */
  readonly failures: readonly FailedRun[];
  /** Whether the disk was too full to compose the rest. The next writer does it. */
  readonly isUnfinished: boolean;
}

export interface FailedRun {
  /** The increment that would have been replaced. */
  readonly increment: Increment;
  readonly error: CorruptError;
}

export interface RemovalRun {
  readonly checkpoint: Checkpoint;
  /** Told before each run of increments is composed, in bytes of stored increments. */
  readonly onComposing: (doneBytes: number, totalBytes: number) => void;
}

/** @param snapshotIds none: only what an earlier removal has left is done */
export async function runRemoval(
  repository: WritableRepository,
  snapshotIds: ReadonlySet<number>,
  { checkpoint, onComposing }: RemovalRun,
): Promise<RemovalOutcome> {
  await checkpoint();
  let freedBytes = storedBytes(await repository.forgetSnapshots(snapshotIds));
  const runs = repository.planRemoval(new Set()).chains.composed;
  const totalBytes = runs.reduce((sum, { run }) => sum + storedBytes(run), 0);
  let doneBytes = 0;
  const failures: FailedRun[] = [];
  const series = new LinkedRuns(repository, runs);
  try {
    for (const chain of runs) {
      await checkpoint();
      onComposing(doneBytes, totalBytes);
      try {
        const increment = await repository.composeRun(chain, series);
        freedBytes += storedBytes(chain.run) - increment.storedBytes;
      } catch (error) {
        if (isDiskFull(error)) return { freedBytes, failures, isUnfinished: true };
        if (!(error instanceof CorruptError)) throw error;
        failures.push({ increment: chain.run.at(-1) as Increment, error });
      }
      doneBytes += storedBytes(chain.run);
    }
    return { freedBytes, failures, isUnfinished: false };
  } finally {
    await series.close();
  }
}

/**
 * Does what a removal has left that was cut off, if there is any. Runs that cannot be composed stay.
 * @returns whether anything was done
 */
export async function finishRemoval(
  repository: WritableRepository,
  checkpoint: Checkpoint,
): Promise<boolean> {
  const { dropped, composed } = repository.planRemoval(new Set()).chains;
  if (dropped.length === 0 && composed.length === 0) return false;
  await runRemoval(repository, new Set(), { checkpoint, onComposing: () => {} });
  return true;
}
