// The table of docs/versions.md.
import { formatMarkdownTable } from '../bench/report/markdown-table.js';
import { PERSISTENCES, type Trial } from './try-version.js';
import type { ServerVersion } from './server-versions.js';

export interface Row {
  readonly wanted: ServerVersion;
  /** The version of the server that the suite had. */
  readonly found: string;
  /** In the order of PERSISTENCES. */
  readonly trials: readonly (Trial | Error)[];
}

export function formatVersions(rows: readonly Row[]): string {
  const columns = [
    { title: 'server', align: 'left' },
    { title: 'Debian suite', align: 'left' },
    { title: 'RDB', align: 'right' },
    { title: 'keys', align: 'right' },
    { title: 'types', align: 'left' },
    ...PERSISTENCES.map((title) => ({ title, align: 'left' }) as const),
  ] as const;
  return formatMarkdownTable(columns, rows.map(toCells));
}

function toCells({ wanted, found, trials }: Row): string[] {
  const good = trials.find((trial): trial is Trial => !(trial instanceof Error));
  const isAsWanted = found.startsWith(wanted.version);
  return [
    `${wanted.product} ${found}${isAsWanted ? '' : ` instead of ${wanted.version}x`}`,
    wanted.over ?? wanted.suite,
    String(good?.rdbVersion ?? ''),
    String(good?.keys ?? ''),
    good?.types.join(', ') ?? '',
    ...trials.map((trial) => (trial instanceof Error ? 'wrong' : 'as it was')),
  ];
}
