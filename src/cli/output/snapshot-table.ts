// What `list` prints: the snapshots of a repository, oldest first, in 80 columns.
import type { SnapshotListReport, SnapshotSummary } from '../../engine/reports.js';
import { formatSize } from './quantities.js';
import { type Column, formatTable } from './text-table.js';
import { formatLocalTime } from './times.js';

const COLUMNS: readonly Column[] = [
  { title: 'id', align: 'right' },
  { title: 'time', align: 'left' },
  { title: 'files', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'added', align: 'right' },
  { title: 'changed', align: 'right' },
  { title: '', align: 'left' },
];

/**
 * A line for each snapshot; `!` marks one whose backup left a warning. With `showsNotes` the warnings
 * stand below the table, else a line says how to see them.
 */
export function formatSnapshotList(report: SnapshotListReport, showsNotes: boolean): string {
  const { snapshots } = report;
  if (snapshots.length === 0) return `'${report.repository}' holds no snapshot yet\n`;
  const table = formatTable(COLUMNS, snapshots.map(toRow));
  const withNotes = snapshots.filter((snapshot) => snapshot.notes.length > 0);
  if (withNotes.length === 0) return table;
  if (!showsNotes) return `${table}! its backup left a warning; list -v shows it\n`;
  return table + withNotes.map(formatSnapshotNotes).join('');
}

/** `snapshot 12 of 2026-11-22 03:00:00 +01:00` */
export function nameSnapshot(snapshot: SnapshotSummary): string {
  return `snapshot ${snapshot.id} of ${formatLocalTime(snapshot.time)}`;
}

function toRow(snapshot: SnapshotSummary): string[] {
  return [
    String(snapshot.id),
    formatLocalTime(snapshot.time),
    String(snapshot.files),
    formatSize(snapshot.sourceBytes),
    formatSize(snapshot.addedBytes),
    String(snapshot.changedFiles),
    snapshot.notes.length > 0 ? '!' : '',
  ];
}

function formatSnapshotNotes(snapshot: SnapshotSummary): string {
  return snapshot.notes.map((note) => `! snapshot ${snapshot.id}: ${note.message}\n`).join('');
}
