// Formats what `list` prints: the snapshots of a repository, oldest first, in 80 columns.
import type {
  ListedAlarm,
  ListedSnapshot,
  SnapshotListReport,
} from '../../engine/inspect/list-report.js';
import type { SnapshotSummary } from '../../engine/snapshot/snapshot-summary.js';
import { formatSize } from '../../system/text/format-size.js';
import { describeReasons } from '../../engine/snapshot/alarm/reason-text.js';
import { formatCount } from './quantities.js';
import { type Column, formatTable } from './text-table.js';
import { formatReportTime } from '../../engine/snapshot/local-time.js';
import { visibleLine } from './visible-text.js';

type SnapshotServer = NonNullable<SnapshotSummary['server']>;

const COLUMNS: readonly Column[] = [
  { title: 'id', align: 'right' },
  { title: 'time', align: 'left' },
  { title: 'files', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'added', align: 'right' },
  { title: 'changed', align: 'right' },
  { title: '', align: 'left' },
];

const UNFINISHED = 'its first backup was not finished; run the backup again';

/**
 * A line for each snapshot. `!` marks one whose backup left a warning. With `showsNotes` the warnings and
 * what servers said stand below the table. Without it, a line says how to see the warnings.
 */
export function formatSnapshotList(report: SnapshotListReport, showsNotes: boolean): string {
  const { snapshots } = report;
  if (snapshots.length === 0) return `'${report.repository}' holds no snapshot: ${UNFINISHED}\n`;
  const table = formatTable(COLUMNS, snapshots.map(toRow));
  if (showsNotes) return table + snapshots.map(formatDetails).join('');
  const hasNotes = snapshots.some(hasWarning);
  return hasNotes ? `${table}! its backup left a warning; list -v shows it\n` : table;
}

/** `snapshot 12 of 2026-11-22 03:00:00 +01:00` */
export function nameSnapshot(snapshot: Pick<SnapshotSummary, 'id' | 'time'>): string {
  return `snapshot ${snapshot.id} of ${formatReportTime(snapshot.time)}`;
}

function toRow(snapshot: ListedSnapshot): string[] {
  return [
    String(snapshot.id),
    formatReportTime(snapshot.time),
    String(snapshot.files),
    formatSize(snapshot.sourceBytes),
    formatSize(snapshot.addedBytes),
    String(snapshot.changedFiles),
    formatMarks(snapshot),
  ];
}

function hasWarning({ notes }: SnapshotSummary): boolean {
  return notes.some(isWarning);
}

function isWarning({ severity }: Pick<SnapshotSummary['notes'][number], 'severity'>): boolean {
  return severity !== 'info';
}

/** `! alarm pinned before-upgrade` */
function formatMarks(snapshot: ListedSnapshot): string {
  const { alarm, pinned, tags } = snapshot;
  return [
    ...(hasWarning(snapshot) ? ['!'] : []),
    ...(alarm !== null && alarm.confirmedAt === null ? ['alarm'] : []),
    ...(pinned ? ['pinned'] : []),
    ...tags,
  ].join(' ');
}

function formatRemarks({ id, pinned, pinNote, alarm }: ListedSnapshot): string {
  const lines = [
    ...(pinned
      ? [`snapshot ${id} is pinned${pinNote === null ? '' : `: ${visibleLine(pinNote)}`}`]
      : []),
    ...(alarm === null ? [] : [formatAlarm(id, alarm)]),
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

function formatAlarm(id: number, { reasons, confirmedAt }: ListedAlarm): string {
  const when = confirmedAt === null ? '' : ` (confirmed at ${formatReportTime(confirmedAt)})`;
  return `snapshot ${id} has an alarm: ${describeReasons(reasons)}${when}`;
}

function formatDetails(snapshot: ListedSnapshot): string {
  const { id, server } = snapshot;
  const [first, ...more] = server === null ? [] : formatServer(server);
  const lines = first === undefined ? [] : [`snapshot ${id}: ${first}`, ...more.map(indent)];
  const details = lines.map((line) => `  ${line}\n`).join('');
  return details + formatRemarks(snapshot) + formatSnapshotNotes(snapshot);
}

function indent(line: string): string {
  return `  ${line}`;
}

/**
 * `redis 7.0.15 at 127.0.0.1:6379, primary, 3 keys (db0 2, db3 1), dump of 2026-11-22 03:00:00 +01:00`,
 * `memory 1.2 MB, maxmemory-policy noeviction, AOF ok, 41 B trimmed`,
 * `run id 40 digits, replication offset 1234`
 */
function formatServer(server: SnapshotServer): string[] {
  const { product, version, address, role, primary, databases, dumpTime } = server;
  const { usedMemoryBytes, maxmemoryPolicy, runId, replicationOffset } = server;
  const keys = databases.reduce((sum, { keys: count }) => sum + count, 0);
  const names = databases.map((each) => `db${each.database} ${each.keys}`).join(', ');
  const lines = [
    [
      `${product} ${version}${address === null ? '' : ` at ${address}`}`,
      primary === null ? role : `${role} of ${primary}`,
      `${formatCount(keys, 'key')}${databases.length > 1 ? ` (${names})` : ''}`,
      ...(dumpTime === null ? [] : [`dump of ${formatReportTime(dumpTime)}`]),
    ],
    [
      ...(usedMemoryBytes === null ? [] : [`memory ${formatSize(usedMemoryBytes)}`]),
      ...(maxmemoryPolicy === null ? [] : [`maxmemory-policy ${maxmemoryPolicy}`]),
      ...formatAof(server),
    ],
    [
      `run id ${runId}`,
      ...(replicationOffset === null ? [] : [`replication offset ${replicationOffset}`]),
    ],
  ];
  return lines.map((words) => words.join(', '));
}

function formatAof({ aof }: SnapshotServer): string[] {
  if (aof === null) return ['no AOF'];
  const trimmedBytes = aof.files.reduce((sum, file) => sum + file.trimmedBytes, 0);
  return [
    aof.status === null ? 'AOF' : `AOF ${aof.status}`,
    ...(trimmedBytes === 0 ? [] : [`${formatSize(trimmedBytes)} trimmed`]),
  ];
}

function formatSnapshotNotes(snapshot: SnapshotSummary): string {
  return snapshot.notes
    .map((note) => `${isWarning(note) ? '!' : ' '} snapshot ${snapshot.id}: ${note.message}\n`)
    .join('');
}
