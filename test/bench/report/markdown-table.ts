// Markdown tables that are also readable as plain text.

export interface MarkdownColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** The table as lines, each ended by a newline. A row has as many cells as there are columns. */
export function formatMarkdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): string {
  const titles = columns.map(({ title }) => title);
  const cells = [titles, ...rows].map((row) => row.map(escapeCell));
  const widths = columns.map((_, index) =>
    Math.max(3, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const rule = columns.map(({ align }, index) => {
    const dashes = '-'.repeat((widths[index] as number) - 1);
    return align === 'left' ? `${dashes}-` : `${dashes}:`;
  });
  const [head = [], ...body] = cells.map((row) =>
    columns.map(({ align }, index) => {
      const cell = row[index] ?? '';
      const width = widths[index] as number;
      return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
    }),
  );
  return [head, rule, ...body].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
