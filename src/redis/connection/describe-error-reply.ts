// Every error that a server can reply with, as one message and what to do about it. The first word of
// the reply tells most of them apart. The others begin with a plain ERR and are told by their text.
import type { ServerError } from '../../errors.js';
import { type PartyFailure, type Party, toServerError } from './party.js';
import { shortened } from './shortened.js';

/** A command as it was sent: its name and, where ACL rules name it, its subcommand. */
export interface SentCommand {
  readonly name: string;
  readonly subcommand: string | null;
  /** The ACL user; `default` where none was named. */
  readonly user: string;
}

/**
 * What an error reply means. No argument of the command is repeated: it may be a password.
 * @param text the reply; its first line is used
 */
export function describeErrorReply(party: Party, text: string, sent: SentCommand): ServerError {
  const line = shortened(text.split(/[\r\n]/)[0] ?? '');
  const word = /^[A-Z]+/.exec(line)?.[0] ?? '';
  const known =
    REPLIES[word]?.(sent) ?? SENTENCES.find(([pattern]) => pattern.test(line))?.[1](sent);
  return toServerError(
    party,
    known ?? { trouble: 'failed', says: `answers ${sent.name} with an error: ${line}` },
  );
}

type Describe = (sent: SentCommand) => PartyFailure;

const PASSWORD_HINT =
  'put the password in the variable REDISCLI_AUTH (sudo drops it) or in a file for --pass-file; for an ACL user add --user';

const REPLIES: Readonly<Record<string, Describe>> = {
  NOAUTH: () => ({ trouble: 'credentials', says: 'requires a password', hint: PASSWORD_HINT }),
  WRONGPASS: ({ user }) => ({
    trouble: 'credentials',
    says: `does not accept this password for user '${user}', or has no such user`,
    hint: PASSWORD_HINT,
  }),
  NOPERM: (sent) => ({
    trouble: 'permission',
    says: `does not let user '${sent.user}' run ${nameOf(sent)}`,
    hint: `give the user this right: ACL SETUSER ${sent.user} ${rightOf(sent)}`,
  }),
  LOADING: () => ({
    trouble: 'occupied',
    says: 'is still loading its data',
    hint: 'raise --wait-timeout to wait longer',
  }),
  BUSY: () => ({
    trouble: 'occupied',
    says: 'is busy running a script',
    hint: "wait until the script ends, or end it with 'redis-cli SCRIPT KILL'",
  }),
  MASTERDOWN: () => ({
    trouble: 'failed',
    says: 'is a replica that has lost its primary, and refuses commands until it is connected again',
    hint: 'back up the primary, or wait until the replica is connected again',
  }),
  MISCONF: () => ({
    trouble: 'failed',
    says: 'could not save its last dump and has stopped all writes',
    hint: 'read the log of the server for the reason: often a full disk, or a directory that it may not write to',
  }),
  DENIED: () => ({
    trouble: 'unreachable',
    says: 'is in protected mode and accepts connections from its own machine only',
    hint: 'run redis-rewind on that machine with -h 127.0.0.1, or set a password on the server',
  }),
  READONLY: ({ name }) => ({
    trouble: 'failed',
    says: `is a read-only replica and refuses ${name}`,
  }),
  OOM: ({ name }) => ({ trouble: 'failed', says: `has no memory left for ${name}` }),
};

/** Errors that begin with a plain ERR, or with nothing. */
const SENTENCES: readonly (readonly [RegExp, Describe])[] = [
  [
    /invalid password/i,
    () => ({ trouble: 'credentials', says: 'does not accept this password', hint: PASSWORD_HINT }),
  ],
  [
    /wrong number of arguments for 'auth'/i,
    () => ({
      trouble: 'credentials',
      says: 'is older than Redis 6 and has no ACL users',
      hint: 'leave out --user',
    }),
  ],
  [
    /without any password configured|no password is set/i,
    () => ({ trouble: 'needless-password', says: 'needs no password, but one was given' }),
  ],
  [
    /max number of clients/i,
    () => ({
      trouble: 'unreachable',
      says: 'has reached its limit of clients',
      hint: 'close other clients, or raise maxclients in the configuration of the server',
    }),
  ],
  [
    /unknown (?:sentinel )?(?:sub)?command/i,
    (sent) => ({
      trouble: 'unknown-command',
      says: `does not know ${nameOf(sent)}: the command was renamed or disabled`,
      hint: 'give the configuration file of the server with --redis-conf FILE: new names of commands are read there',
    }),
  ],
  [
    /^ERR\s*$|\bfork\b/,
    ({ name }) => ({
      trouble: 'failed',
      says: `could not start ${name}: the server cannot fork, usually for lack of memory`,
      hint: 'free memory, or set vm.overcommit_memory to 1; --save save needs no fork, but blocks all clients',
    }),
  ],
  [
    /already in progress|another child process|SAVE while a background/i,
    () => ({ trouble: 'saving', says: 'is already saving or rewriting' }),
  ],
];

function nameOf({ name, subcommand }: SentCommand): string {
  return subcommand === null ? name : `${name} ${subcommand}`;
}

/** The right to a command, in the form that `ACL SETUSER` takes: `+config|get`. */
function rightOf({ name, subcommand }: SentCommand): string {
  return `+${subcommand === null ? name : `${name}|${subcommand}`}`.toLowerCase();
}
