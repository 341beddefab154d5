// The table of commands: how each is called and what its help says. load-command.ts loads the code of each.
import type { CommandName } from './options/option-spec.js';

export interface CommandSpec {
  readonly name: CommandName;
  /**
   * Names of its operands, in order. One in brackets may be left out if an option takes its place. Words with `|` between
   * them are a choice. One that ends with `…` may be given several times.
   */
  readonly operands: readonly string[];
  /** The operands behind `--from ARCHIVE`, where it changes them. */
  readonly operandsFromArchive?: readonly string[];
  readonly summary: string;
  /** The paragraph below the usage in the command's help. */
  readonly about: string;
  /** What is true after a signal has ended it; null where that goes without saying. */
  readonly interrupted: string | null;
}

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'backup',
    operands: ['[SOURCE]', 'REPO'],
    summary: 'take one snapshot of SOURCE, or of a running server',
    about:
      'Takes one snapshot into the repository REPO. REPO is made if it does not exist. The snapshot is of the directory SOURCE, with its files as they are. With --redis or another option that names a server, it is of that running server, which is asked for its directory and told to save first.',
    interrupted: 'nothing was changed: the repository is as it was',
  },
  {
    name: 'restore',
    operands: ['REPO[/PATH]', 'DEST'],
    operandsFromArchive: ['[PATH]', 'DEST'],
    summary: 'bring back a file, a folder or everything as of -r TIME',
    about:
      'Brings back PATH, or everything, as of TIME. Without -r it uses the newest snapshot. It replaces nothing that exists unless you give --force, and never deletes anything. With --from it reads an archive: a file, - for a pipe, swift://CONTAINER/NAME or s3://BUCKET/NAME.',
    interrupted: 'nothing was changed: the destination is as it was',
  },
  {
    name: 'list',
    operands: ['REPO'],
    summary: 'show the snapshots, the files of one, or what has changed',
    about:
      'Lists the snapshots, oldest first, with their tags. A ! means a warning, and -v shows it, alarms and notes. With --files it lists the files of one snapshot, with --changed-since what has changed since TIME.',
    interrupted: null,
  },
  {
    name: 'verify',
    operands: ['REPO'],
    summary: 'check every version (or those of -r TIME) byte for byte',
    about:
      'Rebuilds every version, or those of the snapshot at TIME, and compares their digests with the catalog. If something cannot be restored, it is named and the exit code is 20. With --repair, verify first puts right what it can.',
    interrupted: 'nothing was lost: run it again for the rest',
  },
  {
    name: 'info',
    operands: ['REPO'],
    summary: 'show what the repository holds and what it costs',
    about: 'Shows what the repository holds, where it comes from and what it costs.',
    interrupted: null,
  },
  {
    name: 'status',
    operands: ['REPO…'],
    summary: 'say for a monitor whether all is well',
    about:
      'Prints a line for each repository. The exit code is 0 if all is well, and 3 if something needs a look: an alarm, a verification that found something, and what --max-age and --max-verify-age say. It asks the catalog alone, so it is quick.',
    interrupted: null,
  },
  {
    name: 'schedule',
    operands: ['[SOURCE]', 'REPO'],
    summary: 'have a backup run every night, by cron or systemd',
    about:
      'Prints the line of a crontab that runs the backup that follows, with its options. --install puts it in place; only a line that this program has put there is replaced. With --systemd it is a service and a timer. --remove REPO takes it away, --list shows what there is.',
    interrupted: null,
  },
  {
    name: 'watch',
    operands: ['[SOURCE]', 'REPO'],
    summary: 'keep running, and take a snapshot after each save',
    about:
      'Runs until SIGTERM or SIGINT. After each save that Redis makes by itself (a new dump, or a rewritten AOF) it takes one snapshot. Name the server, or the directory SOURCE, as for backup. The repository must exist. Each event is one line, or with --json one JSON object.',
    interrupted: null,
  },
  {
    name: 'recover',
    operands: ['REPO'],
    operandsFromArchive: ['[REPO]'],
    summary: 'bring a server back to -r TIME, or undo that',
    about:
      'Brings a server back to the snapshot of TIME, the whole of it: it backs up what the server holds now, stops it, moves its files out of the way, places those of the snapshot so that this server loads them, starts it and counts its keys. It shows the plan and asks first. --undo puts back what was there. With --from it brings back an archive: then REPO only takes the backup of what is there now, and may be left out. Name the server as for backup; one that does not run, by its directory or its configuration.',
    interrupted: null,
  },
  {
    name: 'aof',
    operands: ['enable|disable'],
    summary: 'switch the append-only file of a running server',
    about:
      'Switches the append-only file (AOF) of a running server on or off, and makes sure that it stays so when the server starts again. enable waits until the AOF holds everything. disable has the server save first. Name the server as for backup.',
    interrupted: null,
  },
  {
    name: 'remove',
    operands: ['REPO'],
    summary: 'remove snapshots that no rule keeps, or named ones',
    about:
      'Removes snapshots. A snapshot stays if any --keep rule keeps it, if it is pinned, or if it is the newest one. With --older-than TIME only older ones are considered. --snapshot removes the ones that it names. Look at --dry-run first: it shows each snapshot, and why it stays or goes.',
    interrupted: 'every snapshot that is listed is whole; run it again for the rest',
  },
  {
    name: 'pin',
    operands: ['REPO', 'ID'],
    summary: 'keep a snapshot whatever the rules say',
    about:
      'Pins the snapshot with the number ID, as list shows it. No rule removes it until unpin lets it go.',
    interrupted: null,
  },
  {
    name: 'unpin',
    operands: ['REPO', 'ID'],
    summary: 'let a pinned snapshot go when the rules say so',
    about:
      'Takes the pin and its note from the snapshot with the number ID. Nothing is removed now.',
    interrupted: null,
  },
  {
    name: 'tag',
    operands: ['REPO', 'ID', 'NAME'],
    summary: 'give a snapshot a name',
    about:
      'Gives the snapshot with the number ID a name. -r tag:NAME then means that snapshot, or the newest one of that name. A tag keeps nothing: use pin for that.',
    interrupted: null,
  },
  {
    name: 'untag',
    operands: ['REPO', 'ID', 'NAME'],
    summary: 'take a name from a snapshot',
    about: 'Takes the name from the snapshot with the number ID. The snapshot itself stays.',
    interrupted: null,
  },
  {
    name: 'confirm',
    operands: ['REPO', 'ID'],
    summary: 'say that a snapshot with an alarm is as it should be',
    about:
      'A snapshot raises an alarm if data has vanished since the one before: then nothing older is removed. Look at the alarm with list -v. If that is as it should be, confirm it, and the rules work again.',
    interrupted: null,
  },
  {
    name: 'export',
    operands: ['REPO', 'TARGET'],
    summary: 'write one snapshot as an encrypted archive',
    about:
      'Writes the snapshot of -r TIME, or the newest one, as one archive: a tar, compressed with zstd and encrypted with age, that opens with these programs too. TARGET is a file, a folder, - for a pipe, swift://CONTAINER/NAME or s3://BUCKET/NAME, with the login in the variables ST_*, OS_* or AWS_*. restore --from reads it.',
    interrupted: 'nothing was changed: there is no new archive',
  },
  {
    name: 'remote',
    operands: ['list|remove|verify', 'TARGET'],
    summary: 'list, remove or verify the archives in a store',
    about:
      'Works on the archives that export has written to TARGET: swift://CONTAINER/, s3://BUCKET/ or a folder; or on the one that TARGET names. The login is in the variables ST_*, OS_* or AWS_*. list shows them. remove lets go of those that no --keep rule keeps. verify checks what the store has; with -i or --passphrase-file it reads every byte and compares every digest.',
    interrupted: 'every archive that is listed is whole; run it again for the rest',
  },
  {
    name: 'completion',
    operands: [],
    summary: 'print the script that completes commands in bash or zsh',
    about:
      'Prints a script for bash or zsh, whichever SHELL names. With it the tab key completes commands, options and file names. Put it at the end of ~/.bashrc or ~/.zshrc.',
    interrupted: null,
  },
];

export function findCommand(name: string): CommandSpec | null {
  return COMMANDS.find((command) => command.name === name) ?? null;
}
