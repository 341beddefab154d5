// Formats what `remote` prints: the archives of a store, the plan of a removal and its result, and what a verification found.
import type {
  DecidedArchive,
  RemoteArchive,
  RemoteListReport,
  RemoteRemovalReport,
  RemoteVerifyReport,
  VerifiedArchive,
} from '../../engine/remote/remote-report.js';
import { formatReportTime } from '../../engine/snapshot/local-time.js';
import { formatSize } from '../../system/text/format-size.js';
import { formatCount } from './quantities.js';
import { describeReason } from './removal.js';
import { type Column, formatTable } from './text-table.js';

const LIST: readonly Column[] = [
  { title: 'id', align: 'right' },
  { title: 'time', align: 'left' },
  { title: 'host', align: 'left' },
  { title: 'size', align: 'right' },
  { title: 'name', align: 'left' },
];

export function formatArchives({ archives }: RemoteListReport): string {
  const total = archives.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = archives.map((archive) => [...describeArchive(archive), archive.name]);
  if (archives.length === 0) return 'no archive is there; folders below it are not looked into\n';
  return `${formatTable(LIST, rows)}${formatCount(archives.length, 'archive')}, ${formatSize(total)}\n`;
}

/** All but its name. */
function describeArchive({ snapshot, host, bytes }: RemoteArchive): string[] {
  const time = snapshot === null ? '?' : formatReportTime(snapshot.time);
  return [String(snapshot?.id ?? '?'), time, host ?? '?', formatSize(bytes)];
}

/** The name comes last: it is long, and a narrow terminal breaks the line there. */
const PLAN: readonly Column[] = [
  ...LIST.slice(0, -1),
  { title: '', align: 'left' },
  { title: 'why', align: 'left' },
  ...LIST.slice(-1),
];

export function formatArchiveRemovalPlan(report: RemoteRemovalReport): string {
  const { archives, removed, kept, freedBytes } = report;
  const counts = `${formatCount(removed, 'archive')} would go, and ${kept} would stay`;
  const room = removed === 0 ? '' : `; ${formatSize(freedBytes)} would come back`;
  return `${formatTable(PLAN, archives.map(toPlanRow))}${counts}${room}\n`;
}

function toPlanRow(archive: DecidedArchive): string[] {
  const why = archive.reasons.map((reason) =>
    reason.kind === 'unknown' ? 'not known of which snapshot' : describeReason(reason),
  );
  const decision = archive.goes ? 'goes' : 'stays';
  return [...describeArchive(archive), decision, why.join('; '), archive.name];
}

export function formatArchiveRemoval({ removed, kept, freedBytes }: RemoteRemovalReport): string {
  if (removed === 0) return `no archive was removed; ${kept} stay\n`;
  return `${formatCount(removed, 'archive')} removed, ${kept} left; ${formatSize(freedBytes)} came back\n`;
}

/** With `isQuiet`, the empty text if there is no problem. */
export function formatArchiveVerification(report: RemoteVerifyReport, isQuiet: boolean): string {
  const { archives, damaged, bytesRead } = report;
  if (isQuiet && damaged === 0) return '';
  const count = (kind: VerifiedArchive['checked']): number =>
    archives.filter(({ checked }) => checked === kind).length;
  const [read, stored, unchecked] = [count('all'), count('stored'), count('read')];
  const parts = [
    ...(read === 0 ? [] : [`${formatCount(read, 'archive')} read, ${formatSize(bytesRead)}`]),
    ...(stored === 0
      ? []
      : [`${formatCount(stored, 'archive')} compared with the checksums of the store`]),
    ...(unchecked === 0
      ? []
      : [`${formatCount(unchecked, 'archive')} read but not checked, which takes the key`]),
  ];
  const scope = parts.length === 0 ? 'no archive is there' : parts.join('; ');
  const found = damaged === 0 ? 'no problem' : `${formatCount(damaged, 'archive')} damaged`;
  return `${archives.map(formatProblems).join('')}${scope}: ${found}\n`;
}

function formatProblems({ name, problems }: VerifiedArchive): string {
  return problems.map((problem) => `problem: ${name}: ${problem}\n`).join('');
}
