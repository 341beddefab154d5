// Long work runs on the main thread in synchronous steps. Between the steps it calls a checkpoint. The
// checkpoint lets the event loop run, for signals and progress, and throws when a signal asked to stop.
import { InterruptedError } from '../../errors.js';

/** Await this at least every few tens of milliseconds of work. @throws InterruptedError when asked to stop */
export type Checkpoint = () => Promise<void>;

const YIELD_EVERY_MS = 20;

/** A checkpoint that throws when `signal` aborts. The reason of the signal should be an InterruptedError. */
export function createCheckpoint(signal: AbortSignal): Checkpoint {
  let lastYieldMs = performance.now();
  return async () => {
    if (performance.now() - lastYieldMs >= YIELD_EVERY_MS) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      lastYieldMs = performance.now();
    }
    if (signal.aborted) {
      throw signal.reason instanceof InterruptedError
        ? signal.reason
        : new InterruptedError('SIGTERM');
    }
  };
}

/** A checkpoint for work that nothing interrupts. */
export const uninterrupted: Checkpoint = async () => {};

/** How often awaitWithCheckpoints calls the checkpoint. */
export const POLL_EVERY_MS = 100;

/**
 * Waits for work that goes on elsewhere, such as on another thread, with a checkpoint every 100 ms. Where
 * the checkpoint throws, the work goes on by itself and its outcome is ignored.
 */
export async function awaitWithCheckpoints<T>(
  work: Promise<T>,
  checkpoint: Checkpoint,
): Promise<T> {
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const waiting = new Promise<'waiting'>((resolve) => {
      timer = setTimeout(resolve, POLL_EVERY_MS, 'waiting');
    });
    const first = await Promise.race([work.then(() => 'done' as const), waiting]).finally(() =>
      clearTimeout(timer),
    );
    if (first === 'done') return work;
    await checkpoint();
  }
}
