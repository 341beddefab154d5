// The options of the program: one table that the parser, the help text and the checks read.
// A name means the same at every command that has it.

export type CommandName = 'backup' | 'restore' | 'list' | 'verify' | 'info' | 'completion';

export interface OptionSpec {
  /** Long name without dashes; the key under which a parsed value is found. */
  readonly name: string;
  readonly short?: string;
  /** Other long names for it, as rdiff-backup has them. */
  readonly aliases?: readonly string[];
  /** How the value is called in the help; an option without one takes no value. */
  readonly value?: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  readonly help: string;
  /** The commands that have it; left out: every command. */
  readonly commands?: readonly CommandName[];
}

export const OPTIONS = [
  {
    name: 'at',
    short: 'r',
    aliases: ['restore-as-of'],
    value: 'TIME',
    help: 'as of the newest snapshot at or before TIME',
    commands: ['restore', 'list', 'verify'],
  },
  {
    name: 'files',
    help: 'the files of the newest snapshot, or of that of -r',
    commands: ['list'],
  },
  {
    name: 'changed-since',
    value: 'TIME',
    help: 'what changed between TIME and the newest snapshot',
    commands: ['list'],
  },
  {
    name: 'also',
    value: 'PATH',
    repeatable: true,
    help: 'what belongs with it elsewhere, such as redis.conf',
    commands: ['backup'],
  },
  {
    name: 'exclude',
    value: 'GLOB',
    repeatable: true,
    help: 'leave out what matches; the first match decides',
    commands: ['backup'],
  },
  {
    name: 'include',
    value: 'GLOB',
    repeatable: true,
    help: 'keep what matches, whatever later rules say',
    commands: ['backup'],
  },
  {
    name: 'rehash',
    help: 'read every file, unchanged ones too',
    commands: ['backup'],
  },
  {
    name: 'memory',
    value: 'SIZE',
    help: 'memory for finding content that moved, 384M or SIZE',
    commands: ['backup'],
  },
  {
    name: 'wait-lock',
    value: 'SECONDS',
    help: 'wait so long for another writer to end',
    commands: ['backup', 'verify'],
  },
  {
    name: 'quick',
    help: 'names, sizes and the catalog only: no file is read',
    commands: ['verify'],
  },
  {
    name: 'sample',
    value: 'PERCENT',
    help: 'so much of the bytes, chosen by chance, such as 10%',
    commands: ['verify'],
  },
  {
    name: 'max-duration',
    value: 'TIME',
    help: 'stop after that, as 10m; the next run goes on there',
    commands: ['verify'],
  },
  {
    name: 'repair',
    help: 'rebuild the catalog, mend the mirror; deletes nothing',
    commands: ['verify'],
  },
  {
    name: 'source',
    value: 'DIR',
    help: 'with --repair: where mirror files may be taken from',
    commands: ['verify'],
  },
  {
    name: 'chown',
    value: 'USER:GROUP',
    help: 'give what is restored to this owner (or numbers)',
    commands: ['restore'],
  },
  {
    name: 'force',
    help: 'go on although a check refuses',
    commands: ['backup', 'restore'],
  },
  { name: 'json', help: 'one JSON object on stdout; an error as JSON on stderr' },
  { name: 'quiet', short: 'q', help: 'warnings and errors only' },
  {
    name: 'verbose',
    short: 'v',
    repeatable: true,
    help: 'say more, also without a terminal; -vv shows stacks',
  },
  { name: 'no-progress', help: 'no progress line' },
  { name: 'help', help: 'this help' },
  { name: 'version', short: 'V', help: 'the version' },
] as const satisfies readonly OptionSpec[];

export type OptionName = (typeof OPTIONS)[number]['name'];

/** The table under its general type. */
export const OPTION_SPECS: readonly OptionSpec[] = OPTIONS;

/** Whether a command has an option. */
export function commandHasOption(command: CommandName, option: OptionSpec): boolean {
  return option.commands === undefined || option.commands.includes(command);
}

/** `-r, --at`, for messages. */
export function optionLabel({ short, name }: OptionSpec): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}
