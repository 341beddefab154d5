// Carries out a removal, step by step. Each step is one transaction, and leaves a repository in which all that stays can be
// restored. What is left after a kill, the next run does.
import type { Increment } from '../../catalog/records.js';
import { CorruptError, SystemError } from '../../errors.js';
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
  /** Why the rest was left to the next writer, such as a full disk; null where all was done. */
  readonly stoppedBy: Error | null;
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

/**
 * @param snapshotIds none: only what an earlier removal has left is done
 * @throws RewindError, with nothing changed. Once the snapshots are gone, trouble of the system is part of the outcome
 */
export async function runRemoval(
  repository: WritableRepository,
  snapshotIds: ReadonlySet<number>,
  run: RemovalRun,
): Promise<RemovalOutcome> {
  const done = { freedBytes: 0, failures: [] as FailedRun[] };
  try {
    await removeStepByStep(repository, { snapshotIds, run, done });
    return { ...done, stoppedBy: null };
  } catch (error) {
    const isTrouble = error instanceof SystemError || isDiskFull(error);
    if (!isTrouble || repository.snapshots().some(({ id }) => snapshotIds.has(id))) throw error;
    return { ...done, stoppedBy: error as Error };
  }
}

interface Steps {
  readonly snapshotIds: ReadonlySet<number>;
  readonly run: RemovalRun;
  /** What has been done so far. */
  readonly done: { freedBytes: number; readonly failures: FailedRun[] };
}

async function removeStepByStep(
  repository: WritableRepository,
  { snapshotIds, run: { checkpoint, onComposing }, done }: Steps,
): Promise<void> {
  await checkpoint();
  done.freedBytes += storedBytes(await repository.forgetSnapshots(snapshotIds));
  const runs = repository.planRemoval(new Set()).chains.composed;
  const totalBytes = runs.reduce((sum, { run }) => sum + storedBytes(run), 0);
  let doneBytes = 0;
  const series = new LinkedRuns(repository, runs);
  try {
    for (const chain of runs) {
      await checkpoint();
      onComposing(doneBytes, totalBytes);
      try {
        const increment = await repository.composeRun(chain, series);
        done.freedBytes += storedBytes(chain.run) - increment.storedBytes;
      } catch (error) {
        if (!(error instanceof CorruptError)) throw error;
        done.failures.push({ increment: chain.run.at(-1) as Increment, error });
      }
      doneBytes += storedBytes(chain.run);
    }
  } finally {
    await series.close();
  }
}

/**
 * Does what a removal has left that was cut off, if there is any. Runs that cannot be composed stay.
 * @returns whether anything was done
 * @throws RewindError where it is left to the next writer once more
 */
export async function finishRemoval(
  repository: WritableRepository,
  checkpoint: Checkpoint,
): Promise<boolean> {
  const { dropped, composed } = repository.planRemoval(new Set()).chains;
  if (dropped.length === 0 && composed.length === 0) return false;
  const { stoppedBy } = await runRemoval(repository, new Set(), {
    checkpoint,
    onComposing: () => {},
  });
  if (stoppedBy !== null) throw stoppedBy;
  return true;
}
