// What a repair answers: the object that `--json` prints (docs/cli.md).
import type { VerifyReport } from '../verify/verify-report.js';

/** One thing that `verify --repair` has done. */
export interface RepairStep {
  /** `rebuilt-catalog`, `kept`, `put-back`, `made`, `metadata`, `catalog-copy`. */
  readonly kind: string;
  /** The path concerned, or a file of the repository. */
  readonly path: string;
  readonly message: string;
}

/** What was done, and what a full verification then found. */
export interface RepairReport extends VerifyReport {
  readonly repairs: readonly RepairStep[];
}
