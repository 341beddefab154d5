// docs/cli.md as the tests read it: sections, and the names that their tables and lists explain.
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

/** The names that the tables and lists of a text explain, without the marks of code. */
export function explainedNames(text: string): string[] {
  const rows = [...text.matchAll(/^\| ([^|]*?) +\||^- (`[^`]+`(?:,\s+`[^`]+`)*): /gm)];
  const names = rows.map((match) => match[1] ?? (match[2] as string));
  return names.map((name) => name.replaceAll('`', '').replaceAll(/\s+/g, ' '));
}

/** The names of the JSON fields of a section: a list of them for each table and each list of fields. */
export function fieldGroups(title: string): string[][] {
  return section(title)
    .split('\n\n')
    .map((paragraph) => explainedNames(`${paragraph}\n`))
    .map((names) => (names[0] === 'field' ? names.slice(2) : names))
    .filter(([first]) => first !== undefined && /^[a-z]\w*(, |$)/i.test(first))
    .map((names) => names.flatMap((name) => name.split(', ')));
}

/** Each once, in order: what deepEqual compares. */
export function sorted(names: Iterable<string | undefined>): string[] {
  return [...new Set(names)].map(String).toSorted((a, b) => (a < b ? -1 : 1));
}
