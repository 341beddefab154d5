// Waiting for a server: until its data is loaded, until a script or a save has ended. One deadline bounds
// all the waiting of a run (`--wait-timeout`).
import { ServerError } from '../../errors.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { Clock } from '../../system/time/clock.js';
import { pause } from '../../system/time/pause.js';

/** The pause before a server is asked again. */
const ASK_EVERY_MS = 100;

export class Patience {
  readonly #clock: Clock;
  readonly #checkpoint: Checkpoint;
  readonly #deadlineMs: number;

  /** @param waitTimeoutMs how long all waiting together may take, from now on */
  constructor(clock: Clock, checkpoint: Checkpoint, waitTimeoutMs: number) {
    this.#clock = clock;
    this.#checkpoint = checkpoint;
    this.#deadlineMs = clock.monotonicMs() + waitTimeoutMs;
  }

  get isOver(): boolean {
    return this.#clock.monotonicMs() >= this.#deadlineMs;
  }

  /** How much time is left, in milliseconds; never less than 0. */
  get leftMs(): number {
    return Math.max(0, this.#deadlineMs - this.#clock.monotonicMs());
  }

  /** @throws InterruptedError when asked to stop */
  async checkpoint(): Promise<void> {
    await this.#checkpoint();
  }

  /** Pauses before the server is asked again. */
  async rest(restMs = ASK_EVERY_MS): Promise<void> {
    await this.#checkpoint();
    await pause(restMs);
    await this.#checkpoint();
  }

  /**
   * Asks until the answer is not null.
   * @param everyMs the pause between two questions
   * @throws the error of `tooLate` after the deadline
   */
  async until<T>(
    ask: () => Promise<T | null>,
    tooLate: () => ServerError,
    everyMs = ASK_EVERY_MS,
  ): Promise<T> {
    for (;;) {
      const answer = await ask();
      if (answer !== null) return answer;
      if (this.isOver) throw tooLate();
      await this.rest(everyMs);
    }
  }

  /** Repeats `work` while the server is occupied. After the deadline its error is thrown. */
  async whileOccupied<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const isOccupied = error instanceof ServerError && error.trouble === 'occupied';
        if (!isOccupied || this.isOver) throw error;
        await this.rest();
      }
    }
  }
}
