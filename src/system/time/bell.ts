// A wait that can be cut short: a service rests until the bell rings, or until it is told to end.

export class Bell {
  #isRung = false;
  #wake: (() => void) | null = null;

  /** Ends the present wait. Where nobody waits, the next wait ends at once. */
  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Waits until the bell rings or `signal` aborts, for `durationMs` at most. */
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
