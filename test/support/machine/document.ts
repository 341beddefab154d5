// The commands of a document: its fenced blocks that are marked as `sh`, by the sections that they are in. A word behind the
// mark says on which machine they are typed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../program/project-paths.js';

/** @param on what stands behind the mark. @returns from the title of a section to its blocks, where it has some */
export function commandsOf(document: string, on = ''): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(path.join(projectRoot, document), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  const commands = sections.map((section): [string, string[]] => {
    const title = section.slice(0, section.indexOf('\n'));
    const blocks = [...section.matchAll(/^```sh *([^\n]*)\n(.*?)^```$/gms)];
    return [title, blocks.filter(([, where]) => where === on).map(([, , block = '']) => block)];
  });
  return new Map(commands.filter(([, blocks]) => blocks.length > 0));
}
