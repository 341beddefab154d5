// docs/cli.md as the tests read it: sections, and the tables in them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/program/project-paths.js';

const documentation = readFileSync(path.join(projectRoot, 'docs/cli.md'), 'utf8');

/** The text below a heading of the second level, up to the next one. */
export function section(title: string): string {
  const start = documentation.indexOf(`\n## ${title}\n`);
  if (start < 0) throw new Error(`docs/cli.md has no section '${title}'`);
  const end = documentation.indexOf('\n## ', start + 1);
  return documentation.slice(start, end < 0 ? undefined : end);
}

/** First cells of all rows of the tables in a text, without the marks of code. */
export function firstCells(text: string): string[] {
  const cells = [...text.matchAll(/^\| ([^|]*?) +\|/gm)].map((match) => match[1] as string);
  return cells.map((cell) => cell.replaceAll('`', ''));
}

/** The names in the tables of JSON fields of a section, a list for each table. */
export function fieldTables(title: string): string[][] {
  const tables = section(title)
    .split('\n\n')
    .map((paragraph) => firstCells(`${paragraph}\n`))
    .filter((cells) => cells[0] === 'field');
  return tables.map((cells) => cells.slice(2).flatMap((cell) => cell.split(', ')));
}

/** Each once, in order: what deepEqual compares. */
export function sorted(names: Iterable<string | undefined>): string[] {
  return [...new Set(names)].map(String).toSorted((a, b) => (a < b ? -1 : 1));
}
