// Waits for programs that read the catalog. A transaction that changes the catalog ends only when nobody is
// inside a read. A reader of ours is inside one for a moment, but any program may keep a read open. Each attempt
// waits for less than a second, because nothing else can run meanwhile and new readers have to wait too. Between
// two attempts the readers go on, and a signal is heard.
import { LockedError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { Clock } from '../../system/time/clock.js';
import { pause } from '../../system/time/pause.js';
import { catalogPath } from '../layout.js';

export interface Patience {
  readonly clock: Clock;
  readonly checkpoint: Checkpoint;
}

/** How long a writer waits before its commit. No reading that is meant takes as long. */
export const COMMIT_PATIENCE_MS = 600_000;

/** How long a writer waits after its commit. What is left is then done by the next writer. */
export const LAST_STEP_PATIENCE_MS = 60_000;

const PAUSE_MS = 250;

/**
 * Runs `attempt` until nobody reads the catalog meanwhile.
 * @param attempt throws LockedError where somebody does, and can then be run again
 * @throws LockedError after `mostMs`, InterruptedError
 */
export async function waitForReaders<T>(
  repository: BytePath,
  { clock, checkpoint }: Patience,
  mostMs: number,
  attempt: () => T | Promise<T>,
): Promise<T> {
  const deadlineMs = clock.monotonicMs() + mostMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (clock.monotonicMs() >= deadlineMs) throw stillRead(repository, mostMs, error);
    }
    await pause(PAUSE_MS);
    await checkpoint();
  }
}

function stillRead(repository: BytePath, mostMs: number, cause: LockedError): LockedError {
  const file = formatPath(catalogPath(repository));
  return new LockedError(
    `another program has kept '${file}' open in a transaction for ${mostMs / 60_000} min`,
    { path: repository, hint: `find the program with 'fuser -v ${file}', and end it`, cause },
  );
}
