// The table of options. The parser, the help text and the checks all read it. An option means the same
// with every command that has it, unless `helpOf` says what it means there.

import { ARCHIVE_OPTIONS } from './archive-options.js';
import type { CommandName, OptionSpec } from './option-spec.js';
import { RETENTION_OPTIONS } from './retention-options.js';
import { SCHEDULE_OPTIONS } from './schedule-options.js';
import { SERVER_OPTIONS } from './server-option-table.js';

export const OPTIONS = [
  {
    name: 'at',
    short: 'r',
    aliases: ['restore-as-of'],
    value: 'TIME',
    help: 'as of the newest snapshot at or before TIME',
    helpOf: { verify: 'only the newest snapshot at or before TIME' },
    commands: ['restore', 'list', 'verify', 'recover', 'export'],
  },
  {
    name: 'files',
    help: 'list the files of the newest snapshot, or of -r TIME',
    commands: ['list'],
  },
  {
    name: 'changed-since',
    value: 'TIME',
    help: 'list what changed between TIME and the newest one',
    commands: ['list'],
  },
  {
    name: 'also',
    value: 'PATH',
    repeatable: true,
    help: 'also back up PATH, such as redis.conf',
    commands: ['backup', 'watch'],
  },
  {
    name: 'exclude',
    value: 'GLOB',
    repeatable: true,
    help: 'leave out what matches; the first match decides',
    commands: ['backup', 'watch'],
  },
  {
    name: 'include',
    value: 'GLOB',
    repeatable: true,
    help: 'keep what matches, whatever later rules say',
    commands: ['backup', 'watch'],
  },
  ...ARCHIVE_OPTIONS,
  ...RETENTION_OPTIONS,
  {
    name: 'rehash',
    help: 'read every file, even unchanged ones',
    commands: ['backup', 'watch'],
  },
  {
    name: 'hard-links-of-others',
    help: 'also take hard links to files of others',
    commands: ['backup', 'watch'],
  },
  {
    name: 'no-examine',
    help: 'do not check whether dumps and AOFs would load',
    commands: ['backup', 'watch'],
  },
  {
    name: 'memory',
    value: 'SIZE',
    help: 'memory to find moved content (default 384M)',
    commands: ['backup', 'watch'],
  },
  {
    name: 'wait-lock',
    value: 'SECONDS',
    help: 'wait this long for another writer to end',
    commands: [
      'backup',
      'verify',
      'watch',
      'recover',
      'remove',
      'pin',
      'unpin',
      'tag',
      'untag',
      'confirm',
    ],
  },
  {
    name: 'debounce',
    value: 'SPAN',
    help: 'quiet time after a save (default 2s)',
    commands: ['watch'],
  },
  {
    name: 'min-interval',
    value: 'SPAN',
    help: 'at most one snapshot in this time, such as 10m',
    commands: ['watch'],
  },
  {
    name: 'quick',
    help: 'check names, sizes and the catalog; read no file',
    commands: ['verify'],
  },
  {
    name: 'sample',
    value: 'PERCENT',
    help: 'check a random share of the bytes, such as 10%',
    commands: ['verify'],
  },
  {
    name: 'max-duration',
    value: 'SPAN',
    help: 'stop after SPAN, such as 10m; the next run goes on',
    commands: ['verify'],
  },
  {
    name: 'then-verify',
    value: 'SPAN',
    help: 'then verify this long; the next run goes on',
    commands: ['backup'],
  },
  {
    name: 'metrics-file',
    value: 'FILE',
    help: 'write metrics for Prometheus to FILE.prom',
    commands: ['backup', 'watch'],
  },
  {
    name: 'ping',
    value: 'URL',
    isSecret: true,
    help: 'tell a monitor of the start and the end (POST)',
    commands: ['backup', 'watch'],
  },
  {
    name: 'ping-file',
    value: 'FILE',
    help: 'the address for that is the first line of FILE',
    commands: ['backup', 'watch'],
  },
  {
    name: 'deep',
    help: 'look into every value of the dumps',
    commands: ['verify'],
  },
  {
    name: 'max-age',
    value: 'SPAN',
    help: 'how old the newest snapshot may be, such as 26h',
    commands: ['status'],
  },
  {
    name: 'max-verify-age',
    value: 'SPAN',
    help: 'since when every byte must be verified, such as 8D',
    commands: ['status'],
  },
  {
    name: 'repair',
    help: 'rebuild the catalog, mend the mirror; delete nothing',
    commands: ['verify'],
  },
  {
    name: 'source',
    value: 'DIR',
    help: 'with --repair: take mirror files from DIR',
    commands: ['verify'],
  },
  ...SERVER_OPTIONS,
  ...SCHEDULE_OPTIONS,
  {
    name: 'save',
    value: 'HOW',
    help: 'save first: auto, bgsave, save or none',
    commands: ['backup'],
  },
  {
    name: 'wait-timeout',
    value: 'SECONDS',
    help: 'longest wait for load and save (default 3600)',
    helpOf: {
      recover: 'longest wait for each step (default 3600)',
      aof: 'longest wait in all (default 3600)',
    },
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'keep-dump',
    help: 'do not remove a dump made for the backup',
    commands: ['backup'],
  },
  {
    name: 'use',
    value: 'KIND',
    help: 'what is loaded: rdb, aof or auto (default)',
    commands: ['recover'],
  },
  {
    name: 'undo',
    help: 'put back what was there before the recovery',
    commands: ['recover'],
  },
  {
    name: 'dry-run',
    help: 'show the plan, and change nothing',
    commands: ['recover', 'remove', 'remote'],
  },
  {
    name: 'yes',
    help: 'do not ask before anything is changed',
    commands: ['recover'],
  },
  {
    name: 'discard-present',
    help: 'do not save and back up what is there now',
    commands: ['recover'],
  },
  {
    name: 'data-dir',
    value: 'DIR',
    help: "the server's directory; it need not run",
    commands: ['recover'],
  },
  {
    name: 'stop-cmd',
    value: 'COMMAND',
    isSecret: true,
    help: 'how the server is stopped, for a shell',
    commands: ['recover'],
  },
  {
    name: 'start-cmd',
    value: 'COMMAND',
    isSecret: true,
    help: 'how the server is started, for a shell',
    commands: ['recover'],
  },
  {
    name: 'chown',
    value: 'USER:GROUP',
    help: 'give what is restored to this owner',
    commands: ['restore', 'recover'],
  },
  {
    name: 'as-host',
    value: 'NAME',
    help: "this machine's name, if that changes each run",
    commands: ['backup', 'watch'],
  },
  {
    name: 'allow-moved',
    help: 'go on though SOURCE or the host is another one',
    commands: ['backup'],
  },
  {
    name: 'allow-empty',
    help: 'go on though SOURCE has become empty',
    commands: ['backup'],
  },
  {
    name: 'force',
    help: 'go on in spite of every such guard',
    helpOf: {
      restore: 'replace files that exist',
      aof: 'go on without room, or with nothing kept',
      remove: 'also pinned ones, or all but the newest',
      export: 'replace an archive of the same name',
      remote: 'remove also all but the newest',
    },
    commands: ['backup', 'restore', 'aof', 'remove', 'export', 'remote'],
  },
  {
    name: 'set-dest',
    help: 'also give DEST itself the recorded owner and mode',
    commands: ['restore'],
  },
  { name: 'json', help: 'print one JSON object; errors too, on stderr' },
  { name: 'quiet', short: 'q', help: 'print warnings and errors only' },
  {
    name: 'verbose',
    short: 'v',
    repeatable: true,
    help: 'say more, even without a terminal; -vv shows stacks',
  },
  { name: 'no-progress', help: 'draw no progress line' },
  { name: 'help', help: 'print this help' },
  { name: 'version', short: 'V', help: 'print the version' },
] as const satisfies readonly OptionSpec[];

export type OptionName = (typeof OPTIONS)[number]['name'];

/** The same table with its general type. */
export const OPTION_SPECS: readonly OptionSpec[] = OPTIONS;

/** Whether a command has an option. */
export function commandHasOption(command: CommandName, option: OptionSpec): boolean {
  const { commands } = option;
  // A schedule is of a backup.
  const isOfBackup = command === 'schedule' && commands?.includes('backup') === true;
  return commands === undefined || commands.includes(command) || isOfBackup;
}

/** What an option does, as the help of the commands says it that a line may mean. */
export function optionHelp(commands: readonly CommandName[], option: OptionSpec): string {
  const own = commands.filter((command) => commandHasOption(command, option));
  const texts = new Set(own.map((command) => option.helpOf?.[command] ?? option.help));
  return [...texts].join('; ');
}

/** `-r, --at`, for messages. */
export function optionLabel({ short, name }: OptionSpec): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}
