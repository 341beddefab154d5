// The cases in the order in which they are run and shown.
import type { BenchCase } from './bench-case.js';
import { restarted, scattered } from './changed-dump.js';
import { examination } from './examination.js';
import { firstBackup } from './first-backup.js';
import { grownAofCase } from './grown-aof.js';
import { offsite } from './offsite.js';
import { oldestRemoved } from './oldest-removed.js';
import { recovery } from './recovery.js';
import { restoreHistory } from './restore-history.js';
import { thinning } from './thinning.js';
import { unchanged } from './unchanged.js';
import { yearOfNights } from './year-of-nights.js';

export const ALL_CASES: readonly BenchCase[] = [
  firstBackup,
  scattered,
  restarted,
  grownAofCase,
  unchanged,
  restoreHistory,
  oldestRemoved,
  recovery,
  offsite,
  yearOfNights,
  thinning,
  examination,
];
