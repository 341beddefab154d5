// When `watch` takes its next snapshot: once no further save comes, and no sooner than the pace allows.
// After a failure it tries again, with longer and longer pauses. There is one moment at which the next
// snapshot is due, so there are never two at once. A save seen during a snapshot counts for the next.
// Times are parameters, in milliseconds of a clock that never goes back: nothing here waits.

export interface WatchPace {
  /** How long no further save must be seen before a snapshot is taken. */
  readonly debounceMs: number;
  /** The least time between the beginnings of two snapshots; 0 for none. */
  readonly minIntervalMs: number;
}

/** If saves never stop, the longest wait for a quiet moment, as a multiple of debounceMs. */
const MOST_DEBOUNCES = 10;

const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;

export class WatchSchedule {
  readonly #pace: WatchPace;
  /** When the saves that wait for a snapshot were seen; null if none waits. */
  #waiting: { readonly firstMs: number; readonly lastMs: number } | null = null;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  /** Failures since the last snapshot. */
  #failures = 0;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(pace: WatchPace) {
    this.#pace = pace;
  }

  /** When a snapshot is due, perhaps in the past; null if no save waits. */
  get dueAtMs(): number | null {
    if (this.#waiting === null) return null;
    const { debounceMs, minIntervalMs } = this.#pace;
    const { firstMs, lastMs } = this.#waiting;
    const restedAtMs = Math.min(lastMs + debounceMs, firstMs + MOST_DEBOUNCES * debounceMs);
    return Math.max(restedAtMs, this.#lastStartMs + minIntervalMs, this.#retryAtMs);
  }

  /** @returns whether no other save waits */
  saveSeen(nowMs: number): boolean {
    const isFirst = this.#waiting === null;
    this.#waiting = { firstMs: this.#waiting?.firstMs ?? nowMs, lastMs: nowMs };
    return isFirst;
  }

  /** A save was found that was made some time ago, so no quiet moment has to be waited for. */
  oldSaveFound(nowMs: number): void {
    const thenMs = nowMs - this.#pace.debounceMs;
    this.#waiting = { firstMs: thenMs, lastMs: thenMs };
  }

  /** The saves that waited are gone, or another process took them. */
  nothingLeft(): void {
    this.#waiting = null;
    this.#forgetFailures();
  }

  /** @param startedMs when the snapshot began; saves made since then will be seen again */
  taken(startedMs: number): void {
    this.#waiting = null;
    this.#lastStartMs = startedMs;
    this.#forgetFailures();
  }

  /** The saves go on waiting. @returns in how many milliseconds to try again */
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
