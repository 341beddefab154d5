// What the demo shows on the terminal: its own words, the commands as one would type them, and what
// those commands print.
import { execFile } from 'node:child_process';
import { promisify, styleText } from 'node:util';

import { succeedCli } from '../support/program/cli.js';

const run = promisify(execFile);
const hasColour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** Prints a paragraph; one that begins with `## ` is a heading. */
export function say(text: string): void {
  const isHeading = text.startsWith('## ');
  const shown =
    isHeading && hasColour ? styleText('bold', text.slice(3)) : text.replace(/^## /, '== ');
  process.stdout.write(`${shown}\n\n`);
}

/** Runs `redis-rewind ...args` in `directory` and shows the command and all that it prints; throws unless it exits 0. */
export async function showCommand(directory: string, args: readonly string[]): Promise<void> {
  showPrompt(`redis-rewind ${args.join(' ')}`);
  // The time zone of whoever watches, not the tests' UTC.
  const { stdout, stderr } = await succeedCli(args, {
    cwd: directory,
    env: { TZ: process.env['TZ'] },
  });
  process.stdout.write(`${stdout}${stderr}\n`);
}

/** Shows `ls` of directories with numeric owners and modes. */
export async function showListing(directory: string, names: readonly string[]): Promise<void> {
  showPrompt(`ls -ln ${names.join(' ')}`);
  const { stdout } = await run('ls', ['-ln', ...names], { cwd: directory });
  process.stdout.write(`${stdout}\n`);
}

function showPrompt(command: string): void {
  process.stdout.write(`$ ${hasColour ? styleText('cyan', command) : command}\n`);
}
