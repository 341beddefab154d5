// Carries out a removal, step by step. Each step is one transaction, and leaves a repository in which all that stays can be
// restored. What is left after a kill, the next run does.
import type { Increment } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import type { ComposedChain } from '../../repository/removal/plan-chains.js';
import { storedBytes } from '../../repository/removal/removal-plan.js';
import type { WritableRepository } from '../../repository/repository.js';
import type { RunContext } from '../run/run-context.js';

export interface RemovalOutcome {
  /** What came back from increments, less what the new ones take. */
  readonly freedBytes: number;
  /** Runs that could not be composed: their increments stay. */
  readonly failures: readonly FailedRun[];
}

export interface FailedRun {
  /** The increment that would have been replaced. */
  readonly increment: Increment;
  readonly error: CorruptError;
}

/** @param snapshotIds none: only what an earlier removal has left is done */
export async function runRemoval(
  repository: WritableRepository,
  snapshotIds: ReadonlySet<number>,
  { checkpoint, onProgress }: Pick<RunContext, 'checkpoint' | 'onProgress'>,
): Promise<RemovalOutcome> {
  await checkpoint();
  let freedBytes = storedBytes(await repository.forgetSnapshots(snapshotIds));
  const runs = newestFirst(repository.planRemoval(new Set()).chains.composed);
  const totalBytes = runs.reduce((sum, { run }) => sum + storedBytes(run), 0);
  let doneBytes = 0;
  const failures: FailedRun[] = [];
  for (const chain of runs) {
    await checkpoint();
    onProgress({ phase: 'composing', path: null, doneBytes, totalBytes });
    try {
      const increment = await repository.composeRun(chain);
      freedBytes += storedBytes(chain.run) - increment.storedBytes;
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      failures.push({ increment: chain.run.at(-1) as Increment, error });
    }
    doneBytes += storedBytes(chain.run);
  }
  return { freedBytes, failures };
}

/** A newer run is nearer to the mirror. Once it is composed, the way to the older ones is shorter. */
function newestFirst(chains: readonly ComposedChain[]): ComposedChain[] {
  return chains.toSorted((a, b) => (b.run.at(-1)?.id ?? 0) - (a.run.at(-1)?.id ?? 0));
}
