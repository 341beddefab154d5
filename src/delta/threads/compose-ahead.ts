// Composes the next run of a series on another thread, while the calling thread works on the one before. The thread is started
// with the first run that is long enough, and does all of the series.
import { type Checkpoint, awaitWithCheckpoints } from '../../system/time/checkpoint.js';
import type { ComposedRun } from '../compose-tables.js';
import type { StoredDelta } from '../stored-delta.js';
import { toComposedRun } from './compose-thread.js';
import { JobThread } from './job-thread.js';

/** A run with fewer bytes than this is composed as fast as it is handed over. */
const AHEAD_FROM_BYTES = 4 << 20;

interface Begun {
  /** The id of the last delta of the run. */
  readonly id: number;
  readonly stop: SharedArrayBuffer;
  /** Null if it could not be composed for any reason. */
  readonly composed: Promise<ComposedRun | null>;
}

export class ComposeAhead {
  #thread: JobThread | null = null;
  #begun: Begun | null = null;

  /** Does nothing while another run is not taken, and for a short one. */
  begin(deltas: readonly StoredDelta[]): void {
    const bytes = deltas.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
    const id = deltas.at(-1)?.id;
    if (this.#begun !== null || id === undefined || bytes < AHEAD_FROM_BYTES) return;
    this.#thread ??= new JobThread({ keepsFiles: true });
    const stop = new SharedArrayBuffer(4);
    const job = {
      kind: 'compose' as const,
      deltas,
      basisBytes: undefined,
      literalsAt: 0,
      stop,
    };
    const composed = this.#thread.run(job, () => {}).then(toComposedRun, () => null);
    this.#begun = { id, stop, composed };
  }

  /** The run if it was begun, which the caller closes. Null if it was not, or could not be composed for any reason. */
  async take(deltas: readonly StoredDelta[], checkpoint: Checkpoint): Promise<ComposedRun | null> {
    const begun = this.#begun;
    if (begun === null || begun.id !== deltas.at(-1)?.id) return null;
    const composed = await awaitWithCheckpoints(begun.composed, checkpoint);
    this.#begun = null;
    return composed;
  }

  async close(): Promise<void> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun !== null) {
      Atomics.store(new Int32Array(begun.stop), 0, 1);
      (await begun.composed)?.close();
    }
    await this.#thread?.close();
  }
}
