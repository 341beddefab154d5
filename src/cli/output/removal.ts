// Formats what `remove` prints: the plan of --dry-run, and the result.
import type { DecidedSnapshot, RemovalReport } from '../../engine/retention/removal-report.js';
import type { GoReason, StayReason } from '../../engine/keep/plan-removal.js';
import { formatReportTime } from '../../engine/snapshot/local-time.js';
import { formatSize } from '../../system/text/format-size.js';
import { formatCount } from './quantities.js';
import { type Column, formatTable } from './text-table.js';

const COLUMNS: readonly Column[] = [
  { title: 'id', align: 'right' },
  { title: 'time', align: 'left' },
  { title: '', align: 'left' },
  { title: 'why', align: 'left' },
];

/** What the other columns leave of 80, if the number has three digits. */
const WHY_WIDTH = 38;

export function formatRemovalPlan(report: RemovalReport): string {
  const { removed, kept, freedBytes } = report;
  const counts = `${formatCount(removed, 'snapshot')} would go, and ${kept} would stay`;
  const room = removed === 0 ? '' : `; at least ${formatSize(freedBytes)} would come back`;
  return `${formatTable(COLUMNS, report.snapshots.flatMap(toRows))}${counts}${room}\n`;
}

export function formatRemoval({ removed, kept, freedBytes }: RemovalReport): string {
  if (removed === 0 && freedBytes <= 0) return `no snapshot was removed; ${kept} stay\n`;
  return `${formatCount(removed, 'snapshot')} removed, ${kept} left; ${formatSize(Math.max(0, freedBytes))} came back\n`;
}

/** The reasons that do not fit on the line of their snapshot follow below it. */
function toRows({ id, time, goes, reasons }: DecidedSnapshot): string[][] {
  const [first = '', ...more] = joinWithin(reasons.map(describeReason), WHY_WIDTH);
  return [
    [String(id), formatReportTime(time), goes ? 'goes' : 'stays', first],
    ...more.map((line) => ['', '', '', line]),
  ];
}

function joinWithin(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const joined = lines.length === 0 ? word : `${lines.at(-1)}; ${word}`;
    if (lines.length === 0 || joined.length > width) lines.push(word);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** Why a snapshot stays or goes. */
export function describeReason(reason: StayReason | GoReason): string {
  switch (reason.kind) {
    case 'newest':
      return 'the newest';
    case 'pinned':
      return 'pinned';
    case 'alarm':
      return 'it has an alarm';
    case 'before-alarm':
      return `before the alarm at ${reason.snapshotId}`;
    case 'not-older':
      return 'not older';
    case 'not-named':
      return 'not named';
    case 'last':
      return `${reason.place} of the last ${reason.count}`;
    case 'bucket':
      return `${reason.period} ${reason.place} of ${reason.count} (${reason.name})`;
    case 'within':
      return 'recent enough';
    case 'named':
      return 'named';
    case 'older':
      return 'older, and no rule keeps it';
    default:
      return 'no rule keeps it';
  }
}
