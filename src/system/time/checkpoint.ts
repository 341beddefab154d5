// Long work runs in synchronous steps on the main thread; between them it calls a checkpoint, which
// lets the event loop run (signals, progress) and ends the work when a signal has asked for that.
import { InterruptedError } from '../../errors.js';

/** To be awaited at least every few tens of milliseconds of work; throws InterruptedError when asked to stop. */
export type Checkpoint = () => Promise<void>;

const YIELD_EVERY_MS = 20;

/** A checkpoint that ends the work when `signal` aborts; its reason must be an InterruptedError. */
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

const POLL_EVERY_MS = 100;

/**
 * Waits for work that goes on elsewhere, such as on another thread, with a checkpoint every now and
 * then; where that throws, the work is left to itself and its outcome is not looked at any more.
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
