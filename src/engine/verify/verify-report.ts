// What a verification answers: the object that `--json` prints (docs/cli.md).
import type { ExaminationReport } from '../snapshot/examination-report.js';
import type { Note } from '../run/notes.js';

/** The stable words for problems; docs/cli.md explains each one, and a test compares the two. */
export const PROBLEM_KINDS = [
  'catalog',
  'catalog-copy',
  'content',
  'increment',
  'mirror-content',
  'mirror-entry',
] as const;

export type ProblemKind = (typeof PROBLEM_KINDS)[number];

export interface VerifyProblem {
  /** The path concerned, or a file of the repository such as `redis-rewind-data/increments/12`. */
  readonly path: string;
  /** Ids of the snapshots as of which the path cannot be restored; empty if nothing is lost. */
  readonly snapshots: readonly number[];
  readonly kind: ProblemKind;
  readonly message: string;
}

/** A dump or an AOF file that was looked into with `--deep`. */
export interface DeepExamination extends Pick<
  ExaminationReport,
  'path' | 'verdict' | 'loads' | 'sanitized' | 'problem' | 'skippedValues' | 'skippedKeys'
> {
  /** The first snapshot that has it at this path. */
  readonly snapshot: number;
}

export interface VerifyReport {
  readonly repository: string;
  readonly mode: 'full' | 'quick' | 'sample' | 'timed';
  /** Versions of files of which every byte was compared. */
  readonly versionsChecked: number;
  /** Different contents that these versions have: several versions may share one. */
  readonly contentsChecked: number;
  readonly bytesChecked: number;
  /** What a full verification would also have checked; for `timed`, what the next run goes on with. */
  readonly contentsLeft: number;
  readonly bytesLeft: number;
  /** One for each content; null without `--deep`. */
  readonly examined: readonly DeepExamination[] | null;
  /** Anything here ends with exit 20. */
  readonly problems: readonly VerifyProblem[];
  /** Differences that cost nothing, such as owners lost by scp. */
  readonly notes: readonly Note[];
}
