// What `verify` prints: each problem with what it costs, then one line that sums up.
import type { VerifyProblem, VerifyReport } from '../../engine/reports.js';
import { formatCount, formatRanges, formatSize } from './quantities.js';

/** With `isQuiet` nothing where there is no problem. */
export function formatVerification(report: VerifyReport, isQuiet: boolean): string {
  const { problems, versionsChecked, bytesChecked } = report;
  if (isQuiet && problems.length === 0) return '';
  const found = problems.length === 0 ? 'no problem' : formatCount(problems.length, 'problem');
  const checked = `${formatCount(versionsChecked, 'version')} checked, ${formatSize(bytesChecked)}`;
  return `${problems.map(formatProblem).join('')}${checked}: ${found}\n`;
}

function formatProblem({ path, message, snapshots }: VerifyProblem): string {
  return `problem: '${path}': ${message}; ${formatLoss(snapshots)}\n`;
}

function formatLoss(snapshots: readonly number[]): string {
  if (snapshots.length === 0) return 'no snapshot is lost by it';
  const noun = snapshots.length === 1 ? 'snapshot' : 'snapshots';
  return `cannot be restored as of ${noun} ${formatRanges(snapshots)}`;
}
