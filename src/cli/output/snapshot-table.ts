// What `list` prints: the snapshots of a repository, oldest first, in 80 columns.
import type { ServerReport, SnapshotListReport, SnapshotSummary } from '../../engine/reports.js';
import { formatCount, formatSize } from './quantities.js';
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
 * A line for each snapshot; `!` marks one whose backup left a warning. With `showsNotes` the warnings,
 * and what servers said, stand below the table, else a line says how to see them.
 */
export function formatSnapshotList(report: SnapshotListReport, showsNotes: boolean): string {
  const { snapshots } = report;
  if (snapshots.length === 0) return `'${report.repository}' holds no snapshot yet\n`;
  const table = formatTable(COLUMNS, snapshots.map(toRow));
  if (showsNotes) return table + snapshots.map(formatDetails).join('');
  const hasNotes = snapshots.some((snapshot) => snapshot.notes.length > 0);
  return hasNotes ? `${table}! its backup left a warning; list -v shows it\n` : table;
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

function formatDetails(snapshot: SnapshotSummary): string {
  const { id, server } = snapshot;
  const said = server === null ? '' : `  snapshot ${id}: ${formatServer(server)}\n`;
  return said + formatSnapshotNotes(snapshot);
}

/** `redis 7.0.15 at 127.0.0.1:6379, primary, 3 keys (db0 2, db3 1), AOF, dump of 2026-11-22 03:00:00 +01:00` */
function formatServer(server: ServerReport): string {
  const { product, version, address, role, primary, databases, aof, dumpTime } = server;
  const keys = databases.reduce((sum, { keys: count }) => sum + count, 0);
  const names = databases.map((each) => `db${each.database} ${each.keys}`).join(', ');
  return [
    `${product} ${version} at ${address}`,
    primary === null ? role : `${role} of ${primary}`,
    `${formatCount(keys, 'key')}${databases.length > 1 ? ` (${names})` : ''}`,
    ...(aof === null ? [] : ['AOF']),
    ...(dumpTime === null ? [] : [`dump of ${formatLocalTime(dumpTime)}`]),
  ].join(', ');
}

function formatSnapshotNotes(snapshot: SnapshotSummary): string {
  return snapshot.notes.map((note) => `! snapshot ${snapshot.id}: ${note.message}\n`).join('');
}
