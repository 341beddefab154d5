// Targets, compared with the measurements. A missed target is shown as missed. A target is shown as not
// measured where its program is not installed. Neither fails the benchmark.
import { FLOOR, OURS, type PeerName } from '../peers/peer.js';
import { formatSeconds } from './format-quantities.js';
import { type RunResult, type PeerSummary, summarize } from './results.js';
import type { Target } from './target.js';

export class Targets {
  readonly #summaries: ReadonlyMap<PeerName, PeerSummary>;

  constructor(runs: readonly RunResult[]) {
    this.#summaries = new Map(summarize(runs).map((summary) => [summary.peer, summary]));
  }

  /** The wall clock time of our program, or of a named one, divided by the time of the yardstick. */
  wallAtMost(times: number, of: PeerName = OURS): Target {
    const ratio = quotient(this.#wallMs(of), this.#wallMs(FLOOR));
    const what = `wall ≤ ${times} × ${FLOOR}${of === OURS ? '' : `, ${of}`}`;
    return target(what, ratio, (value) => value <= times, formatTimes);
  }

  /** The wall clock time of our program, divided by that of another one. */
  wallAtMostOf(times: number, peer: PeerName): Target {
    const ratio = quotient(this.#wallMs(OURS), this.#wallMs(peer));
    return target(`wall ≤ ${times} × ${peer}`, ratio, (value) => value <= times, formatTimes);
  }

  /** The wall clock time of our program, whatever others take. */
  wallAtMostSeconds(limitSeconds: number): Target {
    return target(
      `wall ≤ ${limitSeconds} s`,
      this.#wallMs(OURS),
      (value) => value <= limitSeconds * 1000,
      formatSeconds,
    );
  }

  /** The CPU time that our program needs beyond another one, for each gigabyte read. */
  cpuBeyondAtMost(limitSeconds: number, peer: PeerName, sourceBytes: number): Target {
    const ours = this.#summary(OURS)?.cpuMs.median;
    const other = this.#summary(peer)?.cpuMs.median;
    const isMeasured = ours !== undefined && other !== undefined;
    const secondsEach = isMeasured ? (ours - other) / 1000 / (sourceBytes / 1e9) : null;
    return target(
      `CPU beyond ${peer} ≤ ${limitSeconds} s/GB`,
      secondsEach,
      (value) => value <= limitSeconds,
      (value) => `${value.toFixed(2)} s/GB`,
    );
  }

  fasterThan(peer: PeerName, times = 1): Target {
    const what = times === 1 ? `faster than ${peer}` : `≥ ${times} × faster than ${peer}`;
    const ratio = quotient(this.#wallMs(peer), this.#wallMs(OURS));
    const isReached = (value: number): boolean => (times === 1 ? value > 1 : value >= times);
    return target(what, ratio, isReached, formatTimes);
  }

  wallAtMostMs(limitMs: number, times: number, peer: PeerName): Target {
    const what = `wall ≤ ${limitMs} ms or ${times} × ${peer}`;
    const ours = this.#wallMs(OURS);
    const limit = Math.max(limitMs, times * (this.#wallMs(peer) ?? 0));
    return target(
      what,
      ours,
      (value) => value <= limit,
      (value) => `${Math.round(value)} ms`,
    );
  }

  /** Our program adds at most 1/`parts` of what another one adds. */
  addsAtMostOnePart(parts: number, peer: PeerName): Target {
    const ratio = quotient(this.#summary(peer)?.addedBytes, this.#summary(OURS)?.addedBytes);
    return target(
      `adds ≤ 1/${parts} of what ${peer} adds`,
      ratio,
      (value) => value >= parts,
      (value) => `1/${value.toFixed(1)}`,
    );
  }

  peakRssAtMost(limitMiB: number): Target {
    return bytesTarget(
      `peak RSS ≤ ${limitMiB} MiB`,
      this.#summary(OURS)?.peakRssBytes,
      limitMiB * 2 ** 20,
      (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`,
    );
  }

  #summary(peer: PeerName): PeerSummary | undefined {
    return this.#summaries.get(peer);
  }

  #wallMs(peer: PeerName): number | undefined {
    return this.#summary(peer)?.wallMs.median;
  }
}

/** A target on a number of bytes. */
export function bytesTarget(
  what: string,
  bytes: number | null | undefined,
  limitBytes: number,
  format: (bytes: number) => string,
): Target {
  return target(what, bytes, (value) => value <= limitBytes, format);
}

/** A target on a ratio of two measurements. */
export function ratioTarget(what: string, value: number, reference: number, times: number): Target {
  return target(what, quotient(value, reference), (ratio) => ratio <= times, formatTimes);
}

function target(
  what: string,
  value: number | null | undefined,
  isReached: (value: number) => boolean,
  format: (value: number) => string,
): Target {
  if (value === null || value === undefined) {
    return { what, measured: 'not measured', isReached: null };
  }
  return { what, measured: format(value), isReached: isReached(value) };
}

function quotient(
  dividend: number | null | undefined,
  divisor: number | null | undefined,
): number | null {
  if (dividend === null || dividend === undefined) return null;
  return divisor === null || divisor === undefined || divisor === 0 ? null : dividend / divisor;
}

function formatTimes(value: number): string {
  return `${value.toFixed(2)} ×`;
}
