// What `info` prints: what a repository holds and what it costs.
import type { InfoReport, SnapshotSummary } from '../../engine/reports.js';
import { formatCount, formatSize } from './quantities.js';
import { formatFields } from './text-table.js';
import { formatLocalTime } from './times.js';

export function formatRepositorySummary(report: InfoReport): string {
  const fields: (readonly [string, string])[] = [
    ['repository', report.repository],
    ['id', report.repositoryId],
    ['format', String(report.formatVersion)],
    ['created', formatLocalTime(report.createdAt)],
    ['source', `${report.source} on ${report.host}`],
    ['snapshots', String(report.snapshots)],
    ['oldest', nameOrNone(report.oldest)],
    ['newest', nameOrNone(report.newest)],
    ['mirror', `${formatCount(report.files, 'file')}, ${formatSize(report.mirrorBytes)}`],
    ['increments', `${report.increments}, ${formatSize(report.incrementBytes)}`],
    ['catalog', formatSize(report.catalogBytes)],
    ['total', formatSize(report.totalBytes)],
  ];
  if (report.unfinished)
    fields.push([
      'unfinished',
      'the last backup was cut off late; the next one completes the mirror',
    ]);
  return formatFields(fields);
}

function nameOrNone(snapshot: SnapshotSummary | null): string {
  return snapshot === null ? 'none' : `${formatLocalTime(snapshot.time)} (${snapshot.id})`;
}
