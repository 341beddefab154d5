import { setTimeout as delay } from 'node:timers/promises';

/** Waits until it is so. It never gives up: a test has a time limit of its own. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50);
}
