// What a run says, and how it ends, when standard output cannot be written, such as on a full disk.
import { EXIT, LostOutputError } from '../../errors.js';
import { formatError, toErrorReport } from './errors.js';
import type { OutputStream } from './output.js';
import { createPainter } from './styles.js';

export class LostOutput {
  readonly #stderr: OutputStream;
  readonly #isJson: boolean;
  #isWorkDone = false;
  #error: LostOutputError | null = null;

  constructor(stderr: OutputStream, isJson: boolean) {
    this.#stderr = stderr;
    this.#isJson = isJson;
  }

  /** From now on only the report can be lost. */
  workIsDone(): void {
    this.#isWorkDone = true;
  }

  /** Says it once. `watch` may lose a line for each event. */
  report(reason: string): void {
    if (this.#error !== null) return;
    this.#error = new LostOutputError(reason, this.#isWorkDone);
    const report = toErrorReport(this.#error, false);
    const paint = createPainter({ isTerminal: false, environment: {} });
    this.#stderr.write(this.#isJson ? `${JSON.stringify(report)}\n` : formatError(report, paint));
  }

  /** @param ownExitCode the run's own, which stands if it says more than "done" */
  exitCode(ownExitCode: number): number {
    const saysDone = ownExitCode === EXIT.done || ownExitCode === EXIT.needsALook;
    return this.#error !== null && saysDone ? this.#error.exitCode : ownExitCode;
  }
}
