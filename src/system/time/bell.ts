// Waiting that can be cut short: a service that rests until something rings, or it is to end.

export class Bell {
  #isRung = false;
  #wake: (() => void) | null = null;

  /** Ends the waiting, or, where nobody waits, the next one at once. */
  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Waits until the bell rings or `signal` aborts, and no longer than `durationMs`. */
  async wait(durationMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          this.#wake = null;
          resolve();
        };
        const timer = setTimeout(wake, durationMs);
        signal.addEventListener('abort', wake);
        this.#wake = wake;
      });
    }
    this.#isRung = false;
  }
}
