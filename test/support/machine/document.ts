// The commands of a document: its fenced blocks that are marked as `sh`, by the sections that they are in.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../program/project-paths.js';

/** From the title of a section to the blocks in it. Sections without one are left out. */
export function commandsOf(document: string): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(path.join(projectRoot, document), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  const commands = sections.map((section): [string, string[]] => {
    const title = section.slice(0, section.indexOf('\n'));
    return [title, [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)];
  });
  return new Map(commands.filter(([, blocks]) => blocks.length > 0));
}
