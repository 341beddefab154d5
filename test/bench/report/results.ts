// The measurements of the benchmark: runs, grouped by case and program.
import type { PeerName } from '../peers/peer.js';
import { type Spread, median, spreadOf } from './statistics.js';
import type { Target } from './target.js';

export interface RunResult {
  readonly peer: PeerName;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssBytes: number;
  /** The growth of the repository minus that of its mirror: what the history costs. Negative after a removal. Null for a restore. */
  readonly addedBytes: number | null;
  /** The size of all files of the repository afterwards; null where there is no repository. */
  readonly repositoryBytes: number | null;
}

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  /** What was backed up or restored, for people. */
  readonly subject: string;
  /** Whether the history became shorter. Then the table shows what was given back. */
  readonly isRemoval?: boolean;
  readonly runs: readonly RunResult[];
  readonly targets: readonly Target[];
}

/** All runs of one program in one case. */
export interface PeerSummary {
  readonly peer: PeerName;
  readonly runs: number;
  readonly wallMs: Spread;
  readonly cpuMs: Spread;
  /** The highest of any run. */
  readonly peakRssBytes: number;
  readonly addedBytes: number | null;
  readonly repositoryBytes: number | null;
}

/** In the order in which the programs first ran. */
export function summarize(runs: readonly RunResult[]): PeerSummary[] {
  return [...new Set(runs.map(({ peer }) => peer))].map((peer) => {
    const own = runs.filter((run) => run.peer === peer);
    return {
      peer,
      runs: own.length,
      wallMs: spreadOf(own.map(({ wallMs }) => wallMs)),
      cpuMs: spreadOf(own.map(({ cpuMs }) => cpuMs)),
      peakRssBytes: Math.max(...own.map(({ peakRssBytes }) => peakRssBytes)),
      addedBytes: medianOrNull(own.map(({ addedBytes }) => addedBytes)),
      repositoryBytes: medianOrNull(own.map(({ repositoryBytes }) => repositoryBytes)),
    };
  });
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
