// The results as Markdown, in the form of docs/performance.md, and as one JSON document.
import { FLOOR, OURS } from '../peers/peer.js';
import { formatBytes, formatMebibytes, formatRatio, formatSeconds } from './format-quantities.js';
import type { MachineFacts } from './machine.js';
import { formatMarkdownTable } from './markdown-table.js';
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
    ...(result.runs.length === 0
      ? []
      : [formatMarkdownTable(COLUMNS, rowsOf(summarize(result.runs)))]),
    formatMarkdownTable(TARGET_COLUMNS, result.targets.map(targetRow)),
  ].join('\n');
}

const COLUMNS = [
  { title: 'program', align: 'left' },
  { title: 'wall', align: 'right' },
  { title: 'spread', align: 'right' },
  { title: '× cp', align: 'right' },
  { title: '× ours', align: 'right' },
  { title: 'CPU', align: 'right' },
  { title: 'peak RSS', align: 'right' },
  { title: 'added', align: 'right' },
  { title: 'added × ours', align: 'right' },
  { title: 'repository', align: 'right' },
] as const;

const TARGET_COLUMNS = [
  { title: 'target', align: 'left' },
  { title: 'measured', align: 'right' },
  { title: '', align: 'left' },
] as const;

function rowsOf(summaries: readonly PeerSummary[]): string[][] {
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
    summary.addedBytes === null ? '' : formatBytes(summary.addedBytes),
    formatQuotient(summary.addedBytes, ours?.addedBytes),
    summary.repositoryBytes === null ? '' : formatBytes(summary.repositoryBytes),
  ]);
}

function formatQuotient(value: number | null, reference: number | null | undefined): string {
  if (value === null || reference === null || reference === undefined || reference <= 0) return '';
  return formatRatio(value / reference);
}

function targetRow({ what, measured, isReached }: Target): string[] {
  const verdict = isReached === null ? '' : isReached ? 'reached' : '**missed**';
  return [what, measured, verdict];
}
