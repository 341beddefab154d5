// How far a backup has got. Three steps take the time of a large backup: changed files are copied, the copies are
// made durable, and what leaves the mirror is compared with what is new. Each step has the share of the whole
// that its files have.
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import type { ScannedEntry } from '../source/scan-source.js';
import type { LastSnapshot } from './last-snapshot.js';

const STEPS = ['copying', 'syncing', 'comparing'] as const;

type Step = (typeof STEPS)[number];

/** How much work a step is. */
interface Amount {
  readonly bytes: number;
  /** In bytes too, of files that are not too small to cost what they weigh. */
  readonly cost: number;
}

export type PlannedSteps = Readonly<Record<Step, Amount>>;

/** A small file costs as much as this many bytes. */
const LEAST_COST = 64 * 1024;

/**
 * @param toRead the files that will be copied
 * @param entries all that SOURCE has
 */
export function planSteps(
  toRead: readonly ScannedEntry[],
  entries: readonly ScannedEntry[],
  { versions }: LastSnapshot,
): PlannedSteps {
  const read = toRead.map(({ stat }) => Number(stat.size));
  const changing = new Set(toRead.map(({ path }) => path));
  const staying = new Set(entries.map(({ path }) => path));
  const leaving = [...versions.values()].flatMap(({ path, content }) =>
    content !== null && (changing.has(path) || !staying.has(path)) ? [content.sizeBytes] : [],
  );
  return { copying: amountOf(read), syncing: amountOf(read), comparing: amountOf(leaving) };
}

function amountOf(sizes: readonly number[]): Amount {
  return {
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    cost: sizes.reduce((sum, size) => sum + Math.max(size, LEAST_COST), 0),
  };
}

export class BackupProgress {
  readonly #onProgress: RunContext['onProgress'];
  readonly #steps: PlannedSteps;
  readonly #totalCost: number;
  #step: Step = 'copying';
  /** Of the steps before this one, as planned. */
  #costBefore = 0;
  #cost = 0;
  #bytes = 0;

  constructor({ onProgress }: RunContext, steps: PlannedSteps) {
    this.#onProgress = onProgress;
    this.#steps = steps;
    this.#totalCost = STEPS.reduce((sum, step) => sum + steps[step].cost, 0);
  }

  /** Begins a step. All before it are over, whether they had as much to do as planned or less. */
  begin(step: Step): void {
    const before = STEPS.slice(0, STEPS.indexOf(step));
    this.#costBefore = before.reduce((sum, earlier) => sum + this.#steps[earlier].cost, 0);
    this.#step = step;
    this.#cost = 0;
    this.#bytes = 0;
  }

  /** Tells on which file work goes on. @param bytes that were done since the last call */
  tell(path: BytePath, bytes: number): void {
    this.#bytes += bytes;
    this.#cost += bytes;
    const { bytes: totalBytes, cost } = this.#steps[this.#step];
    const done = this.#costBefore + Math.min(this.#cost, cost);
    this.#onProgress({
      phase: this.#step,
      path: formatPath(path),
      doneBytes: Math.min(this.#bytes, totalBytes),
      totalBytes,
      share: this.#totalCost === 0 ? 0 : done / this.#totalCost,
    });
  }

  /** A file of this size is done. */
  endFile(sizeBytes: number): void {
    this.#cost += Math.max(0, LEAST_COST - sizeBytes);
  }

  /** What is left takes a moment, and is not counted. */
  finish(): void {
    this.#onProgress({ phase: 'finishing', path: null, doneBytes: 0, totalBytes: 0 });
  }
}
