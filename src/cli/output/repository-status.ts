// One line for each repository, for a monitor and for the mail of cron.
import type { RepositoryStatus, StatusReport } from '../../engine/inspect/status-report.js';
import { formatSpan } from '../../system/text/format-span.js';
import { formatCount } from './quantities.js';

/** With -q only those that have a problem; with -v the hints too. */
export function formatStatus(
  { repositories }: StatusReport,
  { isQuiet, isVerbose }: { readonly isQuiet: boolean; readonly isVerbose: boolean },
): string {
  return repositories
    .filter(({ problems }) => !isQuiet || problems.length > 0)
    .map((each) => [lineOf(each), ...(isVerbose ? hintsOf(each) : [])].join(''))
    .join('');
}

function lineOf(status: RepositoryStatus): string {
  const { repository, problems } = status;
  const said = problems.map(({ message }) => message).join('; ');
  return `${repository}: ${problems.length === 0 ? `well: ${describe(status)}` : said}\n`;
}

function hintsOf({ problems }: RepositoryStatus): string[] {
  return problems.flatMap(({ hint }) => (hint === null ? [] : [`hint: ${hint}\n`]));
}

function describe({ snapshots, newest, ageSeconds, verifiedAgeSeconds }: RepositoryStatus): string {
  const age = formatSpan(ageSeconds ?? 0);
  const verified =
    verifiedAgeSeconds === null
      ? 'never verified'
      : `verified ${formatSpan(verifiedAgeSeconds)} ago`;
  return `${formatCount(snapshots, 'snapshot')}, the newest (${newest?.id ?? 0}) ${age} old, ${verified}`;
}
