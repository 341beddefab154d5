// What a repair answers: the object that `--json` prints (docs/cli.md).
import type { VerifyReport } from '../verify/verify-report.js';

/** The stable words for what a repair does; docs/cli.md explains each one, and a test compares the two. */
export const REPAIR_KINDS = [
  'catalog-copy',
  'kept',
  'made',
  'metadata',
  'put-back',
  'rebuilt-catalog',
  'remade-tables',
] as const;

export type RepairKind = (typeof REPAIR_KINDS)[number];

/** One thing that `verify --repair` has done. */
export interface RepairStep {
  readonly kind: RepairKind;
  /** The path concerned, or a file of the repository. */
  readonly path: string;
  readonly message: string;
}

/** What was done, and what a full verification then found. */
export interface RepairReport extends VerifyReport {
  readonly repairs: readonly RepairStep[];
}
