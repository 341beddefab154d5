// One repair: what it works on, and what it has done so far.
import type { KeptFolder } from '../../repository/copies/kept-folder.js';
import { type BytePath, formatPath, relativePath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import type { RepairStep } from './repair-report.js';
import type { RepairRequest } from './repair-request.js';

/** What a repair works on, even if the catalog cannot be read. */
export interface RepairRun {
  readonly request: RepairRequest;
  readonly context: RunContext;
  readonly kept: KeptFolder;
  /** What was done so far. */
  readonly steps: RepairStep[];
}

/** Notes where a replaced file is kept, or one that the rebuilt catalog does not know. */
export function noteKept(run: RepairRun, repository: BytePath, file: BytePath): void {
  const shown = formatPath(relativePath(file, repository));
  run.steps.push({ kind: 'kept', path: shown, message: `what was there is kept as '${shown}'` });
}
