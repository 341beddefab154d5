// The options of the program: one table that the parser, the help text and the checks read.
// A name means the same at every command that has it.

export type CommandName =
  'backup' | 'restore' | 'list' | 'verify' | 'info' | 'watch' | 'completion';

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
  /** The value is, or may hold, a password: no message repeats it. */
  readonly isSecret?: boolean;
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
    help: 'what belongs with it elsewhere, as redis.conf',
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
  {
    name: 'rehash',
    help: 'read every file, unchanged ones too',
    commands: ['backup', 'watch'],
  },
  {
    name: 'no-examine',
    help: 'do not look whether dumps and AOFs would load',
    commands: ['backup', 'watch'],
  },
  {
    name: 'memory',
    value: 'SIZE',
    help: 'for finding moved content, 384M unless given',
    commands: ['backup', 'watch'],
  },
  {
    name: 'wait-lock',
    value: 'SECONDS',
    help: 'wait so long for another writer to end',
    commands: ['backup', 'verify', 'watch'],
  },
  {
    name: 'debounce',
    value: 'SPAN',
    help: 'quiet time after a save, 2s unless given',
    commands: ['watch'],
  },
  {
    name: 'min-interval',
    value: 'SPAN',
    help: 'at most one snapshot in such a time, as 10m',
    commands: ['watch'],
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
    name: 'redis',
    value: 'URL',
    isSecret: true,
    help: 'the server: redis://…, rediss://…, unix:///PATH',
    commands: ['backup', 'watch'],
  },
  {
    name: 'host',
    short: 'h',
    value: 'HOST',
    help: "the server's host, 127.0.0.1 unless given",
    commands: ['backup', 'watch'],
  },
  {
    name: 'port',
    short: 'p',
    value: 'PORT',
    help: "the server's port, 6379 unless given",
    commands: ['backup', 'watch'],
  },
  {
    name: 'socket',
    short: 's',
    value: 'PATH',
    help: "the server's socket, instead of host and port",
    commands: ['backup', 'watch'],
  },
  {
    name: 'auth',
    short: 'a',
    aliases: ['pass'],
    value: 'PASSWORD',
    isSecret: true,
    help: 'better in REDISCLI_AUTH: others can see it here',
    commands: ['backup', 'watch'],
  },
  {
    name: 'pass-file',
    value: 'FILE',
    help: 'the password is the first line of FILE',
    commands: ['backup', 'watch'],
  },
  { name: 'user', value: 'NAME', help: 'the ACL user', commands: ['backup', 'watch'] },
  { name: 'tls', help: 'speak TLS, as rediss:// does', commands: ['backup', 'watch'] },
  {
    name: 'cacert',
    value: 'FILE',
    help: "who has signed the server's certificate",
    commands: ['backup', 'watch'],
  },
  {
    name: 'cert',
    value: 'FILE',
    help: 'certificate to show to the server',
    commands: ['backup', 'watch'],
  },
  { name: 'key', value: 'FILE', help: 'private key of that', commands: ['backup', 'watch'] },
  {
    name: 'sentinel',
    value: 'ADDRESSES',
    repeatable: true,
    isSecret: true,
    help: 'Sentinels that know the server: HOST[:PORT],…',
    commands: ['backup'],
  },
  {
    name: 'master',
    value: 'NAME',
    help: 'the name they know it by, where they know more',
    commands: ['backup'],
  },
  {
    name: 'prefer',
    value: 'ROLE',
    help: 'replica, one of this machine; else the primary',
    commands: ['backup'],
  },
  {
    name: 'sentinel-user',
    value: 'NAME',
    help: 'their own ACL user',
    commands: ['backup'],
  },
  {
    name: 'sentinel-pass-file',
    value: 'FILE',
    help: 'their own password is the first line of FILE',
    commands: ['backup'],
  },
  {
    name: 'redis-conf',
    value: 'FILE',
    help: 'its configuration, where CONFIG is refused',
    commands: ['backup', 'watch'],
  },
  {
    name: 'save',
    value: 'HOW',
    help: 'auto, bgsave, save or none, before the backup',
    commands: ['backup'],
  },
  {
    name: 'wait-timeout',
    value: 'SECONDS',
    help: 'for loading and saving, 3600 unless given',
    commands: ['backup', 'watch'],
  },
  {
    name: 'keep-dump',
    help: 'leave a dump made only for the backup in SOURCE',
    commands: ['backup'],
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
