// What a row of the table of options says.

export type CommandName =
  | 'backup'
  | 'restore'
  | 'list'
  | 'verify'
  | 'info'
  | 'watch'
  | 'recover'
  | 'status'
  | 'schedule'
  | 'aof'
  | 'remove'
  | 'pin'
  | 'unpin'
  | 'tag'
  | 'untag'
  | 'confirm'
  | 'export'
  | 'remote'
  | 'completion';

export interface OptionSpec {
  /** Long name without dashes, and the key of the parsed value. */
  readonly name: string;
  readonly short?: string;
  /** Other long names of the option, such as those of rdiff-backup. */
  readonly aliases?: readonly string[];
  /** The name of the value in the help. An option without it takes no value. */
  readonly value?: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  /** The value may hold a password, so no message repeats it. */
  readonly isSecret?: boolean;
  readonly help: string;
  /** The help of a command for which the option means something else. */
  readonly helpOf?: Readonly<Partial<Record<CommandName, string>>>;
  /** The commands that have the option. If left out, every command has it. */
  readonly commands?: readonly CommandName[];
}
