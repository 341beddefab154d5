// Where a procedure stands that changes a server step by step. When it ends in the middle, its error says so, and
// what to do next.
import { InterruptedError, ServerError, type ServerTrouble } from '../../../errors.js';

/** After such trouble nobody knows whether the server has done what it was asked. */
const UNCERTAIN: readonly ServerTrouble[] = ['lost', 'unreachable', 'timeout'];

export class Standing {
  #text: string;
  #isChanged = false;

  /** @param text where things stand before the first change, and what to do next */
  constructor(text: string) {
    this.#text = text;
  }

  /** @param text where things stand, with nothing changed since the last text */
  at(text: string): void {
    this.#text = text;
  }

  /** @param text where things stand now that something was changed */
  changed(text: string): void {
    this.#text = text;
    this.#isChanged = true;
  }

  /**
   * Changes something. Where the server refuses, things stand as before.
   * @param text where things stand once the change was asked for
   */
  async change(text: string, work: () => Promise<void>): Promise<void> {
    const [before, wasChanged] = [this.#text, this.#isChanged];
    this.changed(text);
    try {
      await work();
    } catch (error) {
      if (error instanceof ServerError && !UNCERTAIN.includes(error.trouble)) {
        this.#text = before;
        this.#isChanged = wasChanged;
      }
      throw error;
    }
  }

  /** The same error with where things stand in its hint, if a signal ended the run, or a server that was being changed. */
  describe(error: unknown): unknown {
    if (error instanceof InterruptedError) {
      return new InterruptedError(error.signal, { hint: this.#text });
    }
    if (!(error instanceof ServerError) || !this.#isChanged) return error;
    const { trouble, message, address, hint } = error;
    const next = hint === undefined ? this.#text : `${hint}; ${this.#text}`;
    return new ServerError(trouble, message, { address, hint: next, cause: error });
  }
}
