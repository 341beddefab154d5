// When `watch` takes its next snapshot: after saves have come to rest, no sooner than the pace allows,
// and after a failure again, ever more slowly. Never two at once, since there is one moment at which
// the next one is due, and whatever is seen during one counts for the next. Times are given, and
// milliseconds of one clock that never goes back; nothing here waits or looks at a clock.

export interface WatchPace {
  /** How long no further save must have been seen before one is taken. */
  readonly debounceMs: number;
  /** The least time between the beginnings of two snapshots; 0 for none. */
  readonly minIntervalMs: number;
}

/** Saves that never come to rest are taken all the same, after so many times the quiet that is wanted. */
const MOST_DEBOUNCES = 10;

const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;

export class WatchSchedule {
  readonly #pace: WatchPace;
  /** When saves that wait to be taken were seen; null where there are none. */
  #waiting: { readonly firstMs: number; readonly lastMs: number } | null = null;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  /** Failures since the last snapshot. */
  #failures = 0;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(pace: WatchPace) {
    this.#pace = pace;
  }

  /** The moment at which a snapshot is due, which may be over; null where there is nothing to take. */
  get dueAtMs(): number | null {
    if (this.#waiting === null) return null;
    const { debounceMs, minIntervalMs } = this.#pace;
    const { firstMs, lastMs } = this.#waiting;
    const restedAtMs = Math.min(lastMs + debounceMs, firstMs + MOST_DEBOUNCES * debounceMs);
    return Math.max(restedAtMs, this.#lastStartMs + minIntervalMs, this.#retryAtMs);
  }

  /** @returns whether it is the first since there was nothing to take */
  saveSeen(nowMs: number): boolean {
    const isFirst = this.#waiting === null;
    this.#waiting = { firstMs: this.#waiting?.firstMs ?? nowMs, lastMs: nowMs };
    return isFirst;
  }

  /** A save of some time ago was found, which has long come to rest. */
  oldSaveFound(nowMs: number): void {
    const thenMs = nowMs - this.#pace.debounceMs;
    this.#waiting = { firstMs: thenMs, lastMs: thenMs };
  }

  /** What waited is gone, or has been taken by somebody else. */
  nothingLeft(): void {
    this.#waiting = null;
    this.#forgetFailures();
  }

  /** @param startedMs when the snapshot was begun; saves seen since then are told anew */
  taken(startedMs: number): void {
    this.#waiting = null;
    this.#lastStartMs = startedMs;
    this.#forgetFailures();
  }

  /** What waited still waits. @returns in how many milliseconds it is tried again */
  failed(nowMs: number): number {
    const delayMs = retryDelayMs(this.#failures);
    this.#failures += 1;
    this.#retryAtMs = nowMs + delayMs;
    return delayMs;
  }

  #forgetFailures(): void {
    this.#failures = 0;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
  }
}

/** @param failures in a row before this one */
export function retryDelayMs(failures: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
}
