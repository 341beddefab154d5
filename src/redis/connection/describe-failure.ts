// Every way in which a server can refuse or be lost, as one message and what to do about it. What a
// server answers is told apart by the first word of its error, what the network does by its errno.
import { ServerError, type ServerTrouble } from '../../errors.js';

interface Description {
  readonly trouble: ServerTrouble;
  /** Goes on after the server's name. */
  readonly says: string;
  readonly hint?: string;
}

/** Who is spoken to. */
export interface Party {
  readonly kind: 'Redis' | 'Sentinel';
  /** As formatEndpoint has it. */
  readonly address: string;
}

function serverError(party: Party, { trouble, says, hint }: Description): ServerError {
  const isSentinelsPassword = party.kind === 'Sentinel' && trouble === 'credentials';
  return new ServerError(trouble, `${party.kind} at ${party.address} ${says}`, {
    hint: isSentinelsPassword ? SENTINEL_PASSWORD_HINT : hint,
  });
}

/** A command as it was sent: its name and, where that matters for rights, its subcommand. */
export interface SentCommand {
  readonly name: string;
  readonly subcommand: string | null;
  /** The ACL user, `default` where none was named. */
  readonly user: string;
}

/** What an error reply means; `text` is its first line. Nothing that was sent is repeated. */
export function describeErrorReply(party: Party, text: string, sent: SentCommand): ServerError {
  const line = text.split(/[\r\n]/)[0] ?? '';
  const word = /^[A-Z]+/.exec(line)?.[0] ?? '';
  const known =
    REPLIES[word]?.(sent, line) ?? SENTENCES.find(([told]) => told.test(line))?.[1](sent, line);
  return serverError(
    party,
    known ?? { trouble: 'failed', says: `answers ${sent.name} with an error: ${line}` },
  );
}

type Describe = (sent: SentCommand, line: string) => Description;

const PASSWORD_HINT =
  'put it into the variable REDISCLI_AUTH, or into a file for --pass-file; --user names an ACL user';

/** They have their own, or none: the server's is not tried. */
const SENTINEL_PASSWORD_HINT =
  'put it into a file for --sentinel-pass-file; --sentinel-user names an ACL user';

const REPLIES: Readonly<Record<string, Describe>> = {
  NOAUTH: () => ({ trouble: 'credentials', says: 'wants a password', hint: PASSWORD_HINT }),
  WRONGPASS: ({ user }) => ({
    trouble: 'credentials',
    says: `refuses the password of user '${user}', or there is no such user`,
    hint: PASSWORD_HINT,
  }),
  NOPERM: ({ name, subcommand, user }) => {
    const right = rightOf(name, subcommand);
    return {
      trouble: 'permission',
      says: `does not let user '${user}' run ${nameOf(name, subcommand)}`,
      hint: `give it that right: ACL SETUSER ${user} ${right}`,
    };
  },
  LOADING: () => ({
    trouble: 'occupied',
    says: 'is still loading its data',
    hint: '--wait-timeout says for how long to wait for that',
  }),
  BUSY: () => ({
    trouble: 'occupied',
    says: 'is busy running a script',
    hint: "wait until it ends, or end it with 'SCRIPT KILL'",
  }),
  MASTERDOWN: () => ({
    trouble: 'failed',
    says: 'is a replica that has lost its primary, and serves nothing meanwhile',
    hint: 'back up the primary, or wait until the replica is connected again',
  }),
  MISCONF: () => ({
    trouble: 'failed',
    says: 'cannot save and has stopped all writes for that reason',
    hint: 'its log says why the last save failed: often a full disk or a directory it may not write',
  }),
  DENIED: () => ({
    trouble: 'unreachable',
    says: 'is in protected mode and answers only connections from its own machine',
    hint: 'run on that machine with -h 127.0.0.1, or set a password for the server',
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
    () => ({ trouble: 'credentials', says: 'refuses the password', hint: PASSWORD_HINT }),
  ],
  [
    /wrong number of arguments for 'auth'/i,
    () => ({
      trouble: 'credentials',
      says: 'is older than Redis 6 and knows no users',
      hint: 'leave --user out',
    }),
  ],
  [
    /without any password configured|no password is set/i,
    () => ({ trouble: 'needless-password', says: 'has no password, and one was given' }),
  ],
  [
    /max number of clients/i,
    () => ({
      trouble: 'unreachable',
      says: 'has as many clients as it takes',
      hint: 'its setting maxclients bounds them',
    }),
  ],
  [
    /unknown (?:sentinel )?(?:sub)?command/i,
    ({ name, subcommand }) => ({
      trouble: 'unknown-command',
      says: `does not know ${nameOf(name, subcommand)}: it was renamed or disabled`,
      hint: '--redis-conf FILE names the configuration of the server, where it is found under its new name',
    }),
  ],
  [
    /^ERR\s*$|\bfork\b/,
    ({ name }) => ({
      trouble: 'failed',
      says: `could not start ${name}: it cannot fork, most often for want of memory`,
      hint: 'free memory, or set vm.overcommit_memory to 1; --save save needs no fork and stops all clients',
    }),
  ],
  [
    /already in progress|another child process|SAVE while a background/i,
    () => ({ trouble: 'saving', says: 'is already saving or rewriting' }),
  ],
];

function nameOf(name: string, subcommand: string | null): string {
  return subcommand === null ? name : `${name} ${subcommand}`;
}

/** As `ACL SETUSER` has it. */
function rightOf(name: string, subcommand: string | null): string {
  return `+${[name, subcommand]
    .filter((word) => word !== null)
    .join('|')
    .toLowerCase()}`;
}

/** What became of a connection that could not be made, or broke; `error` is Node's or the client's. */
export function describeConnectionFailure(
  party: Party,
  error: unknown,
  isTls: boolean,
): ServerError {
  const { code = '', message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  const tls = isTls ? describeTlsFailure(code, message) : null;
  const known = tls ?? (isTls ? TLS_NETWORK[code] : undefined) ?? NETWORK[code];
  if (known !== undefined) return serverError(party, known);
  if (/protocol error|reply type|unknown RESP|unexpected|command queue state/i.test(message)) {
    return serverError(party, {
      trouble: 'foreign',
      says: 'is no Redis server: what it answers is not understood',
      hint: 'is that the right port, and should it be TLS (--tls) or not?',
    });
  }
  return serverError(party, isTls ? TLS_LOST : LOST);
}

const LOST: Description = {
  trouble: 'lost',
  says: 'has closed the connection',
  hint: 'its log says why; a port that speaks TLS does so where --tls is missing',
};

const TIMED_OUT: Description = {
  trouble: 'unreachable',
  says: 'does not answer',
  hint: 'is a firewall in between, or does the server hang?',
};

/** A server that was not told to speak TLS waits for the end of a command. */
const TLS_TIMED_OUT: Description = {
  trouble: 'tls',
  says: 'does not answer to TLS',
  hint: 'does that port speak TLS (its setting tls-port), and is no firewall in between?',
};

/** Of a server that misses a certificate the reason may be lost with the connection. */
const TLS_LOST: Description = {
  trouble: 'lost',
  says: 'has closed the connection',
  hint: 'its log says why; does it want a certificate of this client (--cert and --key)?',
};

/** A server that has been given `timeoutMs` and said nothing. */
export function describeSilence(party: Party, timeoutMs: number): ServerError {
  const says = `has not answered for ${Math.round(timeoutMs / 100) / 10} seconds`;
  return serverError(party, { ...TIMED_OUT, says });
}

const UNREACHABLE = (says: string, hint?: string): Description => ({
  trouble: 'unreachable',
  says,
  ...(hint === undefined ? {} : { hint }),
});

const NETWORK: Readonly<Record<string, Description>> = {
  ECONNREFUSED: UNREACHABLE(
    'is not there: connection refused',
    'is the server running, and does it listen on that address and port?',
  ),
  ENOENT: UNREACHABLE(
    'is not there: no such socket',
    "'redis-cli config get unixsocket' prints the path of the server's socket",
  ),
  ENOTSOCK: UNREACHABLE('is not there: that file is no socket'),
  EACCES: UNREACHABLE(
    'may not be reached by this user: permission denied',
    'run as root, or as a member of the group that owns the socket',
  ),
  ETIMEDOUT: TIMED_OUT,
  ENOTFOUND: UNREACHABLE('cannot be found: the host is unknown', 'is the name of the host right?'),
  EAI_AGAIN: UNREACHABLE('cannot be found: name resolution does not work at the moment'),
  EHOSTUNREACH: UNREACHABLE('cannot be reached: no route to the host'),
  ENETUNREACH: UNREACHABLE('cannot be reached: no network'),
  ECONNRESET: LOST,
  EPIPE: LOST,
};

/** With TLS these have more causes. */
const TLS_NETWORK: Readonly<Record<string, Description>> = {
  ETIMEDOUT: TLS_TIMED_OUT,
  ECONNRESET: TLS_LOST,
  EPIPE: TLS_LOST,
};

/** Codes of OpenSSL by what they mean for who has set this up. */
const CERTIFICATES: readonly (readonly [RegExp, string, string])[] = [
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    'has a certificate of an authority that is not trusted',
    '--cacert FILE names the authority that has signed it',
  ],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, 'has a certificate that is not valid now', 'renew it'],
  [
    /ALTNAME_INVALID/,
    'has a certificate for another name',
    'connect by the name in it, or give the authority that has signed it with --cacert',
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    'does not speak TLS on that port',
    'leave --tls out, or give the port of tls-port',
  ],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA/i,
    "does not take this client's certificate, or wants one",
    '--cert FILE and --key FILE give one that its authority has signed',
  ],
];

function describeTlsFailure(code: string, message: string): Description | undefined {
  const text = `${code} ${message.replaceAll(' ', '_')}`.toUpperCase();
  const found = CERTIFICATES.find(([pattern]) => pattern.test(text));
  if (found !== undefined) return { trouble: 'tls', says: found[1], hint: found[2] };
  if (!/SSL|TLS|PEM|EPROTO|CERT|X509/.test(text)) return undefined;
  return { trouble: 'tls', says: `and this program agree on no TLS session: ${message}` };
}
