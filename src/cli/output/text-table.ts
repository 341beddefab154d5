// Formats aligned columns of text: a header line and rows, two spaces apart, no spaces at a line's end.
import { greatest } from '../../system/lists/lists.js';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** The table as lines, each with a newline. A row has as many cells as there are columns. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, index) =>
    greatest(
      [titles, ...rows].map((row) => textWidth(row[index] ?? '')),
      0,
    ),
  );
  return [titles, ...rows]
    .map((row) => {
      const cells = columns.map((column, index) =>
        pad(row[index] ?? '', widths[index] as number, column.align),
      );
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** Lines of `name  value`, with the values aligned. */
export function formatFields(fields: readonly (readonly [name: string, value: string])[]): string {
  const width = greatest(
    fields.map(([name]) => textWidth(name)),
    0,
  );
  return fields.map(([name, value]) => `${pad(name, width, 'left')}  ${value}\n`).join('');
}

/** How many columns of a terminal a text takes: one a character, none for a combining mark. */
export function textWidth(text: string): number {
  return Array.from(text.replaceAll(/\p{M}/gu, '')).length;
}

function pad(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + space : space + text;
}
