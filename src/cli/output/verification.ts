// Formats what `verify` prints: a line for each repair, a line for each problem with the snapshots that
// it affects, then one line that sums up.
import type { RepairReport } from '../../engine/repair/repair-report.js';
import type { VerifyProblem, VerifyReport } from '../../engine/verify/verify-report.js';
import { formatSize } from '../../system/text/format-size.js';
import { formatCount, formatRanges } from './quantities.js';

/** With `isQuiet`, the empty text if there is no problem. */
export function formatVerification(report: VerifyReport, isQuiet: boolean): string {
  const { problems } = report;
  if (isQuiet && problems.length === 0) return '';
  const found = problems.length === 0 ? 'no problem' : formatCount(problems.length, 'problem');
  const scope = `${formatScope(report)}: ${found}\n`;
  return `${problems.map(formatProblem).join('')}${scope}${formatDepth(report)}`;
}

/** How deep dumps were looked into. */
function formatDepth({ examined }: VerifyReport): string {
  if (examined === null) return '';
  const values = examined.reduce((sum, { skippedValues }) => sum + (skippedValues ?? 0), 0);
  const keys = examined.reduce((sum, { skippedKeys }) => sum + (skippedKeys ?? 0), 0);
  const left =
    values + keys === 0
      ? 'all of the values and keys'
      : `but not ${formatCount(values, 'value')}, and not ${formatCount(keys, 'key')}`;
  return `looked into ${formatCount(examined.length, 'file')}, ${left}\n`;
}

/** Like formatVerification, but repairs are always shown. */
export function formatRepair(report: RepairReport, isQuiet: boolean): string {
  const done = report.repairs.map(({ message }) => `repair: ${message}\n`).join('');
  return `${done}${formatVerification(report, isQuiet)}`;
}

function formatScope(report: VerifyReport): string {
  const { mode, versionsChecked, contentsChecked, bytesChecked, contentsLeft, bytesLeft } = report;
  const checked = `${formatCount(versionsChecked, 'version')} checked, ${formatSize(bytesChecked)}`;
  const contents = formatCount(contentsChecked, 'content');
  const left = `${formatCount(contentsLeft, 'content')} left, ${formatSize(bytesLeft)}`;
  if (mode === 'full') return checked;
  if (mode === 'quick') return 'names, sizes and the catalog checked';
  if (mode === 'sample') {
    return `${contents} of ${contentsChecked + contentsLeft} checked, ${formatSize(bytesChecked)}`;
  }
  const part = `${contents} checked, ${formatSize(bytesChecked)}`;
  return contentsLeft === 0
    ? `${part}, and with them every one`
    : `${part}; ${left} for the next run`;
}

function formatProblem({ path, message, snapshots }: VerifyProblem): string {
  return `problem: '${path}': ${message}; ${formatLoss(snapshots)}\n`;
}

function formatLoss(snapshots: readonly number[]): string {
  if (snapshots.length === 0) return 'no snapshot is lost by it';
  const noun = snapshots.length === 1 ? 'snapshot' : 'snapshots';
  return `cannot be restored as of ${noun} ${formatRanges(snapshots)}`;
}
