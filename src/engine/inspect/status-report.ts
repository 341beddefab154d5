// The report of `status`: the object that `--json` prints (docs/cli.md).
import type { VerificationSummary } from './info-report.js';

/** What needs a look. */
export type StatusProblemKind =
  /** It holds no snapshot. */
  | 'no-snapshot'
  | 'old-snapshot'
  /** A snapshot has an alarm that nobody has confirmed. */
  | 'alarm'
  | 'failed-verification'
  | 'old-verification'
  /** A recovery of the server was begun, and has not ended. */
  | 'unfinished-recovery'
  /** Records are damaged. */
  | 'damaged-record'
  /** The repository cannot be read at all. */
  | 'unreadable';

export interface StatusProblem {
  readonly kind: StatusProblemKind;
  readonly message: string;
  readonly hint: string | null;
}

export interface RepositoryStatus {
  readonly repository: string;
  readonly snapshots: number;
  /** Null where there is none. */
  readonly newest: { readonly id: number; readonly time: string } | null;
  /** Of the newest snapshot; negative where it lies in the future. Null where there is none. */
  readonly ageSeconds: number | null;
  /** The last verification; null where none was recorded. */
  readonly lastVerification: VerificationSummary | null;
  /** Since the last verification that has looked at every byte of every snapshot; null where none was recorded. */
  readonly verifiedAgeSeconds: number | null;
  readonly problems: readonly StatusProblem[];
}

export interface StatusReport {
  /** Whether no repository has a problem. */
  readonly isWell: boolean;
  /** In the order in which they were named. */
  readonly repositories: readonly RepositoryStatus[];
}
