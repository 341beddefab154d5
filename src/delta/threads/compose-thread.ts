// Composes stored deltas on a thread of its own. The thread ends as soon as it has answered: its result
// lies in temporary files, and its memory is free again.
import { type Checkpoint, awaitWithCheckpoints } from '../../system/time/checkpoint.js';
import type { ComposedRun } from '../compose-tables.js';
import { JobThread, type LastAnswer } from './job-thread.js';
import { SpilledBytes } from '../engine/spilled-bytes.js';
import type { StoredDelta } from '../stored-delta.js';

export class ComposeThread {
  readonly #thread = new JobThread({ keepsFiles: true });
  readonly #stop = new SharedArrayBuffer(4);
  readonly #composed: Promise<ComposedRun | null>;
  #isTaken = false;

  /** Starts at once. The parameters are those of composeTables. */
  constructor(deltas: readonly StoredDelta[], basisBytes: number, literalsAt: number) {
    const stop = this.#stop;
    const job = { kind: 'compose' as const, deltas, basisBytes, literalsAt, stop };
    this.#composed = this.#thread.run(job, () => {}).then(toComposedRun, () => null);
  }

  /** The run, which the caller closes. Null if it could not be composed for any reason. */
  async take(checkpoint: Checkpoint): Promise<ComposedRun | null> {
    const composed = await awaitWithCheckpoints(this.#composed, checkpoint);
    this.#isTaken = true;
    await this.#thread.close();
    return composed;
  }

  /** Stops the thread at its next step if it is still working, so that it frees its temporary files. */
  async close(): Promise<void> {
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    const composed = await this.#composed;
    if (!this.#isTaken) composed?.close();
    await this.#thread.close();
  }
}

export function toComposedRun(answer: LastAnswer): ComposedRun | null {
  if (answer.kind !== 'composed') return null;
  const entries = SpilledBytes.takeOver(answer.entries);
  const literals = SpilledBytes.takeOver(answer.literals);
  const close = (): void => {
    entries.close();
    literals.close();
  };
  return { table: { entries, resultBytes: answer.resultBytes }, literals, close };
}
