// How fast the bytes of a phase pass, and how long the rest of it takes at that speed.
import type { ProgressEvent } from '../../engine/run/run-context.js';
import { formatSize } from '../../system/text/format-size.js';
import { formatWait } from './quantities.js';

/** Phases whose bytes pass evenly enough, and may take hours. */
const MEASURED: readonly ProgressEvent['phase'][] = [
  'exporting',
  'restoring',
  'fetching',
  'verifying',
];

/** Before that a rate is a guess. */
const LEAST_MS = 1000;

export class Pace {
  #phase: ProgressEvent['phase'] | null = null;
  #beganMs = 0;
  #beganBytes = 0;

  note({ phase, doneBytes }: ProgressEvent, nowMs: number): void {
    if (phase === this.#phase && doneBytes >= this.#beganBytes) return;
    this.#phase = phase;
    this.#beganMs = nowMs;
    this.#beganBytes = doneBytes;
  }

  /** `35.2 MiB/s, 12 s left`; empty where it is not known. */
  of({ phase, doneBytes, totalBytes }: ProgressEvent, nowMs: number): string {
    const passedMs = nowMs - this.#beganMs;
    const passedBytes = doneBytes - this.#beganBytes;
    if (!MEASURED.includes(phase) || passedMs < LEAST_MS || passedBytes <= 0) return '';
    const bytesPerMs = passedBytes / passedMs;
    const leftMs = Math.max(0, totalBytes - doneBytes) / bytesPerMs;
    return `${formatSize(Math.round(bytesPerMs * 1000))}/s, ${formatWait(leftMs)} left`;
  }
}
