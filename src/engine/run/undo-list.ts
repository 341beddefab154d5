// How to take back the steps of a run that fails in the middle.

export class UndoList {
  readonly #steps: (() => void)[] = [];

  /** @param step takes back what has just been done */
  add(step: () => void): void {
    this.#steps.push(step);
  }

  /**
   * Takes everything back, the last step first. If one step fails, the others are still tried.
   * @returns the first failure, or null
   */
  takeBack(): Error | null {
    let failure: Error | null = null;
    for (const step of this.#steps.splice(0).toReversed()) {
      try {
        step();
      } catch (error) {
        failure ??= error as Error;
      }
    }
    return failure;
  }
}
