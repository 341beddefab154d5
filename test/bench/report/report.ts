// The results as Markdown, in the form of docs/performance.md, and as one JSON document.
import { FLOOR, OURS } from '../peers/peer.js';
import { formatBytes, formatMebibytes, formatRatio, formatSeconds } from './format-quantities.js';
import type { MachineFacts } from './machine.js';
import { formatMarkdownTable, type MarkdownColumn } from './markdown-table.js';
import { type CaseResult, type PeerSummary, summarize } from './results.js';
import type { Target } from './target.js';

export interface BenchReport {
  /** The command as it was typed. */
  readonly command: string;
  readonly dumpBytes: number;
  readonly keys: number;
  readonly seed: number;
  readonly runs: number;
  readonly machine: MachineFacts;
  /** The programs that took part. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
}

export function formatHeading(report: Omit<BenchReport, 'cases'>): string {
  const facts = Object.entries({ ...report.machine, ...report.versions });
  return [
    `\`${report.command}\``,
    '',
    `${report.keys} keys, ${report.runs} ${report.runs === 1 ? 'run' : 'runs'} of each. ${facts.map(([name, value]) => `${name}: ${value}`).join('; ')}.`,
    '',
  ].join('\n');
}

export function formatCase(result: CaseResult): string {
  return [
    `### ${result.title}`,
    '',
    `${result.subject}.`,
    '',
    ...(result.runs.length === 0 ? [] : [formatMarkdownTable(columnsOf(result), rowsOf(result))]),
    formatMarkdownTable(TARGET_COLUMNS, result.targets.map(targetRow)),
  ].join('\n');
}

function columnsOf({ isRemoval = false }: CaseResult): MarkdownColumn[] {
  const bytes = isRemoval ? 'given back' : 'added';
  const titles = ['wall', 'spread', '× cp', '× ours', 'CPU', 'peak RSS', bytes, `${bytes} × ours`];
  return [
    { title: 'program', align: 'left' },
    ...[...titles, 'repository'].map((title): MarkdownColumn => ({ title, align: 'right' })),
  ];
}

const TARGET_COLUMNS = [
  { title: 'target', align: 'left' },
  { title: 'measured', align: 'right' },
  { title: '', align: 'left' },
] as const;

function rowsOf({ runs, isRemoval = false }: CaseResult): string[][] {
  const summaries = summarize(runs);
  const historyBytes = (of: PeerSummary | undefined): number | null => {
    const bytes = of?.addedBytes ?? null;
    return bytes !== null && isRemoval ? -bytes : bytes;
  };
  const find = (name: string): PeerSummary | undefined =>
    summaries.find(({ peer }) => peer === name);
  const ours = find(OURS);
  const floor = find(FLOOR);
  return summaries.map((summary) => [
    summary.peer,
    formatSeconds(summary.wallMs.median),
    `${formatSeconds(summary.wallMs.least)} – ${formatSeconds(summary.wallMs.most)}`,
    formatQuotient(summary.wallMs.median, floor?.wallMs.median),
    formatQuotient(summary.wallMs.median, ours?.wallMs.median),
    formatSeconds(summary.cpuMs.median),
    formatMebibytes(summary.peakRssBytes),
    formatOptionalBytes(historyBytes(summary)),
    formatQuotient(historyBytes(summary), historyBytes(ours)),
    formatOptionalBytes(summary.repositoryBytes),
  ]);
}

function formatOptionalBytes(bytes: number | null): string {
  return bytes === null ? '' : formatBytes(bytes);
}

function formatQuotient(value: number | null, reference: number | null | undefined): string {
  if (value === null || reference === null || reference === undefined || reference <= 0) return '';
  return formatRatio(value / reference);
}

function targetRow({ what, measured, isReached }: Target): string[] {
  const verdict = isReached === null ? '' : isReached ? 'reached' : '**missed**';
  return [what, measured, verdict];
}
