// Formats what `info` prints: what a repository holds and what it costs.
import type { InfoReport, VerificationSummary } from '../../engine/inspect/info-report.js';
import type { SnapshotSummary } from '../../engine/snapshot/snapshot-summary.js';
import { formatSize } from '../../system/text/format-size.js';
import { formatCount } from './quantities.js';
import { formatFields } from './text-table.js';
import { formatReportTime } from '../../engine/snapshot/local-time.js';

export function formatRepositorySummary(report: InfoReport): string {
  const fields: (readonly [string, string])[] = [
    ['repository', report.repository],
    ['id', report.repositoryId],
    ['format', String(report.formatVersion)],
    ['created', report.createdAt === null ? 'unknown' : formatReportTime(report.createdAt)],
    ['source', `${report.source} on ${report.host}`],
    ['snapshots', String(report.snapshots)],
    ['oldest', nameOrNone(report.oldest)],
    ['newest', nameOrNone(report.newest)],
    ['mirror', `${formatCount(report.files, 'file')}, ${formatSize(report.mirrorBytes)}`],
    ['increments', `${report.increments}, ${formatSize(report.incrementBytes)}`],
    ['catalog', formatSize(report.catalogBytes)],
    ['total', formatSize(report.totalBytes)],
    ['verified', describeVerification(report.lastVerification)],
  ];
  const full = report.lastFullVerification;
  if (full !== null && full.startedAt !== report.lastVerification?.startedAt)
    fields.push(['in full', describeVerification(full)]);
  if (report.unfinished)
    fields.push([
      'unfinished',
      'the last backup was interrupted after its commit; the next completes the mirror',
    ]);
  return formatFields(fields);
}

function nameOrNone(snapshot: SnapshotSummary | null): string {
  return snapshot === null ? 'none' : `${formatReportTime(snapshot.time)} (${snapshot.id})`;
}

function describeVerification(verification: VerificationSummary | null): string {
  if (verification === null) return 'never, or not recorded';
  const { mode, snapshot, finishedAt, problems } = verification;
  const found = problems === 0 ? 'no problem' : formatCount(problems, 'problem');
  const part = snapshot === null ? '' : `, of snapshot ${snapshot}`;
  return `${formatReportTime(finishedAt)}, ${MODES[mode](verification)}${part}: ${found}`;
}

type Describe = (verification: VerificationSummary) => string;

const MODES: Readonly<Record<VerificationSummary['mode'], Describe>> = {
  full: ({ bytesChecked }) => `every byte (${formatSize(bytesChecked)})`,
  quick: () => 'names and sizes only',
  sample: ({ bytesChecked }) => `a sample (${formatSize(bytesChecked)})`,
  timed: ({ bytesChecked, bytesLeft }) =>
    `a part (${formatSize(bytesChecked)}, ${formatSize(bytesLeft)} left)`,
};
