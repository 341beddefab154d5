// The lines of a crontab that are ours: each ends with a comment for the shell that runs it, which names the schedule. No other
// line is ever changed. Pure.
import { UsageError } from '../../../errors.js';
import { formatPath } from '../../../system/files/byte-path.js';
import { shellWord } from '../../../system/text/shell-word.js';
import type { ScheduledRun } from './scheduled-run.js';
import type { Timing } from './timing.js';

const MARK = '# redis-rewind schedule ';

/** @throws UsageError for a word that a line cannot hold */
export function crontabEntry({ cron }: Timing, run: ScheduledRun): CrontabEntry {
  const repository = formatPath(run.repository);
  const words = run.words.map(plainWord).join(' ');
  const file = run.environmentFile === null ? null : shellWord(formatPath(run.environmentFile));
  const command = file === null ? words : `set -a; . ${file}; set +a; exec ${words}`;
  if (/[\n\r\0]/.test(command + repository)) {
    throw new UsageError('a line of a crontab cannot hold a line feed');
  }
  // cron ends the command at a percent sign.
  return {
    repository,
    line: `${cron} ${escapePercent(command)} ${MARK}${escapePercent(repository)}`,
  };
}

/** The name of an option means nothing to a shell, and reads better without quotes. */
function plainWord(word: string): string {
  return /^--[a-z-]+$/.test(word) ? word : shellWord(word);
}

function escapePercent(text: string): string {
  return text.replaceAll('%', String.raw`\%`);
}

export interface CrontabEntry {
  /** As messages show it. */
  readonly repository: string;
  readonly line: string;
}

export function entriesOf(crontab: string): CrontabEntry[] {
  return crontab.split('\n').flatMap((line) => {
    const at = line.lastIndexOf(MARK);
    // A line that somebody has put out of work stays as it is.
    return at < 0 || /^\s*#/.test(line)
      ? []
      : [{ repository: line.slice(at + MARK.length).replaceAll(String.raw`\%`, '%'), line }];
  });
}

/** With the line of this repository in the place of the former one, or at the end. */
export function withEntry(crontab: string, { repository, line }: CrontabEntry): string {
  const lines = linesOf(crontab);
  const former = linesFor(crontab, repository);
  const index = lines.findIndex((each) => former.has(each));
  const others = lines.filter((each, at) => at === index || !former.has(each));
  if (index < 0) others.push(line);
  else others[index] = line;
  return `${others.join('\n')}\n`;
}

/** Without the lines of this repository; null where there is none. */
export function withoutEntry(crontab: string, repository: string): string | null {
  const former = linesFor(crontab, repository);
  if (former.size === 0) return null;
  const lines = linesOf(crontab).filter((line) => !former.has(line));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function linesFor(crontab: string, repository: string): ReadonlySet<string> {
  const own = entriesOf(crontab).filter((entry) => entry.repository === repository);
  return new Set(own.map(({ line }) => line));
}

function linesOf(crontab: string): string[] {
  const lines = crontab.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
