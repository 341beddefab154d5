// What a verification has proved so far: which contents are whole and which are lost, how many bytes it
// has read, and whether its time is over.
import type { Content } from '../../catalog/records.js';
import type { RunContext } from '../run/run-context.js';
import type { VerifyProblem } from './verify-report.js';

export class ProofTally {
  /** By the id of each content that was looked at: null for a whole one, else why the content is lost. */
  readonly outcomes = new Map<number, string | null>();
  /** Damage that costs no snapshot anything. */
  readonly problems: VerifyProblem[] = [];
  bytesChecked = 0;
  readonly #context: RunContext;
  readonly #totalBytes: number;
  readonly #deadlineMs: number;

  /**
   * @param totalBytes of everything that is to be read, for the progress line
   * @param maxDurationMs from now on; null without a limit
   */
  constructor(context: RunContext, totalBytes: number, maxDurationMs: number | null) {
    this.#context = context;
    this.#totalBytes = totalBytes;
    this.#deadlineMs =
      maxDurationMs === null ? Infinity : context.clock.monotonicMs() + maxDurationMs;
  }

  /** Whether to stop before the next content. Each run proves at least one, so that every run gets on. */
  isOutOfTime(): boolean {
    return this.outcomes.size > 0 && this.#context.clock.monotonicMs() >= this.#deadlineMs;
  }

  /** Reports progress before bytes are read. @param path as shown to people; null where there is none */
  begin(path: string | null): void {
    this.#context.onProgress({
      phase: 'verifying',
      path,
      doneBytes: Math.min(this.bytesChecked, this.#totalBytes),
      totalBytes: this.#totalBytes,
    });
  }

  /** Contents that are lost, with the reason, by their ids. */
  lost(): Map<number, string> {
    const lost = new Map<number, string>();
    for (const [id, fault] of this.outcomes) if (fault !== null) lost.set(id, fault);
    return lost;
  }

  /** Contents that were looked at, of those given. */
  checkedOf(contents: Iterable<Content>): Content[] {
    return [...contents].filter(({ id }) => this.outcomes.has(id));
  }
}
