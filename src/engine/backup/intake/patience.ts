// Waiting for other programs that hold files of SOURCE: a file under a lease (fcntl(2), F_SETLEASE; Samba takes
// them) opens once its holder has let go of it. The kernel asks the holder to, and takes the lease after 45
// seconds (lease-break-time). The wait is bounded for all files together, or whoever may take leases could
// make a backup last for ever.
import { pause } from '../../../system/time/pause.js';
import type { RunContext } from '../../run/run-context.js';

const MOST_WAITING_MS = 60_000;
const PAUSE_MS = 100;

export class Patience {
  readonly #context: Pick<RunContext, 'clock' | 'checkpoint'>;
  #waitedMs = 0;

  constructor(context: Pick<RunContext, 'clock' | 'checkpoint'>) {
    this.#context = context;
  }

  /** Waits a moment. @returns false where this run has waited long enough */
  async wait(): Promise<boolean> {
    if (this.#waitedMs >= MOST_WAITING_MS) return false;
    const { clock, checkpoint } = this.#context;
    const startedMs = clock.monotonicMs();
    await pause(PAUSE_MS);
    await checkpoint();
    this.#waitedMs += Math.max(PAUSE_MS, clock.monotonicMs() - startedMs);
    return true;
  }
}
