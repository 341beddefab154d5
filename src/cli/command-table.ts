// The commands: how each is called and what its help says. load-command.ts has the code of each.
import type { CommandName } from './options/option-table.js';

export interface CommandSpec {
  readonly name: CommandName;
  /** Names of its operands, in order; those in brackets may be left out where an option stands for them. */
  readonly operands: readonly string[];
  readonly summary: string;
  /** A paragraph of its own help, below the usage. */
  readonly about: string;
}

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'backup',
    operands: ['[SOURCE]', 'REPO'],
    summary: 'take one snapshot of SOURCE, or of a running server',
    about:
      'Takes one snapshot into the repository REPO, which is made where there is none: of the directory SOURCE, whose files are taken as they are; or, with --redis or another option that names a server, of a running server, which is asked for its directory and to save first.',
  },
  {
    name: 'restore',
    operands: ['REPO[/PATH]', 'DEST'],
    summary: 'bring back a file, a folder or everything as of -r TIME',
    about:
      'Brings back PATH, or everything, as of TIME; without -r as of the newest snapshot. Nothing that exists is replaced without --force, and nothing is ever deleted.',
  },
  {
    name: 'list',
    operands: ['REPO'],
    summary: 'the snapshots, the files of one, or what changed since one',
    about: 'Lists the snapshots, oldest first; or the files of one; or what changed since TIME.',
  },
  {
    name: 'verify',
    operands: ['REPO'],
    summary: 'prove every version (or those of -r TIME) byte for byte',
    about:
      'Rebuilds every version, or those of the snapshot at TIME, and compares their digests with the catalog. Names what cannot be restored, and ends with exit 20. With --repair it first puts right what can be put right.',
  },
  {
    name: 'info',
    operands: ['REPO'],
    summary: 'what the repository holds and what it costs',
    about: 'Shows what the repository holds, where it comes from and what it costs.',
  },
  {
    name: 'watch',
    operands: ['[SOURCE]', 'REPO'],
    summary: 'stay, and take a snapshot after each save of the server',
    about:
      'Stays until SIGTERM or SIGINT, and takes one snapshot after each save that Redis makes by itself: a new dump, or an AOF that was rewritten. The server, or the directory SOURCE, is named as for backup; the repository must be there. One line tells each event, with --json one JSON object.',
  },
  {
    name: 'completion',
    operands: [],
    summary: 'print the script that completes command lines in bash or zsh',
    about:
      'Prints the script with which bash or zsh, whichever SHELL names, completes commands, options and file names at the tab key. It belongs at the end of ~/.bashrc or ~/.zshrc.',
  },
];

export function findCommand(name: string): CommandSpec | null {
  return COMMANDS.find((command) => command.name === name) ?? null;
}
