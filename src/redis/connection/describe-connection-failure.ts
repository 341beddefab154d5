// Every way in which a connection can fail, as one message and what to do about it. The errno of the
// network, or the code of OpenSSL, tells them apart.
import type { ServerError } from '../../errors.js';
import { type PartyFailure, type Party, toServerError } from './party.js';
import { RefusedReplyError } from './reply-guard.js';

/**
 * Why a connection could not be made, or broke.
 * @param error from Node.js or from ioredis
 */
export function describeConnectionFailure(
  party: Party,
  error: unknown,
  isTls: boolean,
): ServerError {
  if (error instanceof RefusedReplyError) return toServerError(party, refused(error));
  const { code = '', message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  const tls = isTls ? describeTlsFailure(code, message) : null;
  const known = tls ?? (isTls ? TLS_NETWORK[code] : undefined) ?? NETWORK[code];
  if (known !== undefined) return toServerError(party, known);
  if (/protocol error|reply type|unknown RESP|unexpected|command queue state/i.test(message)) {
    return toServerError(party, FOREIGN);
  }
  return toServerError(party, isTls ? TLS_LOST : LOST);
}

/** A server that has not answered a command for `timeoutMs`. */
export function describeSilence(party: Party, timeoutMs: number): ServerError {
  const says = `has not answered for ${Math.round(timeoutMs / 100) / 10} seconds`;
  return toServerError(party, { ...TIMED_OUT, says });
}

const FOREIGN: PartyFailure = {
  trouble: 'foreign',
  says: 'is not a Redis server: its answer is not in the protocol of Redis',
  hint: 'check the port, and whether the server needs --tls',
};

function refused({ excess }: RefusedReplyError): PartyFailure {
  if (excess === null) return FOREIGN;
  return {
    trouble: 'foreign',
    says: `sends ${excess}, which no server does`,
    hint: 'find out which program listens there, and who controls it',
  };
}

const LOST: PartyFailure = {
  trouble: 'lost',
  says: 'has closed the connection',
  hint: 'read the log of the server for the reason; if the port speaks TLS, add --tls',
};

const TIMED_OUT: PartyFailure = {
  trouble: 'unreachable',
  says: 'does not answer',
  hint: 'check for a firewall in between, and whether the server hangs',
};

/** A port without TLS never answers: the server waits for the end of what it takes for a command. */
const TLS_TIMED_OUT: PartyFailure = {
  trouble: 'tls',
  says: 'does not answer to TLS',
  hint: 'check that the port speaks TLS (setting tls-port), and for a firewall in between',
};

/** A server that asks for a certificate may close the connection before its reason arrives. */
const TLS_LOST: PartyFailure = {
  trouble: 'lost',
  says: 'has closed the connection',
  hint: 'read the log of the server for the reason; if it asks for a client certificate, add --cert and --key',
};

function unreachable(reason: string, hint?: string): PartyFailure {
  return {
    trouble: 'unreachable',
    says: `cannot be reached: ${reason}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

const NETWORK: Readonly<Record<string, PartyFailure>> = {
  ECONNREFUSED: unreachable(
    'connection refused',
    'check that the server is running, and that it listens on this address and port',
  ),
  ENOENT: unreachable(
    'no such socket',
    "'redis-cli config get unixsocket' prints the path of the server's socket",
  ),
  ENOTSOCK: unreachable('the file is not a socket'),
  EACCES: unreachable(
    'permission denied',
    'run as root, or as a member of the group that owns the socket',
  ),
  ETIMEDOUT: TIMED_OUT,
  ENOTFOUND: unreachable('the host is unknown', 'check the name of the host'),
  EAI_AGAIN: unreachable('name resolution does not work at the moment'),
  EHOSTUNREACH: unreachable('no route to the host'),
  ENETUNREACH: unreachable('no network'),
  ECONNRESET: LOST,
  EPIPE: LOST,
};

/** These errnos have more causes when the connection is to speak TLS. */
const TLS_NETWORK: Readonly<Record<string, PartyFailure>> = {
  ETIMEDOUT: TLS_TIMED_OUT,
  ECONNRESET: TLS_LOST,
  EPIPE: TLS_LOST,
};

/** Codes of OpenSSL, by what has to be put right: pattern, message, hint. */
const CERTIFICATES: readonly (readonly [RegExp, string, string])[] = [
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    'has a certificate of an authority that is not trusted',
    'give the certificate of that authority with --cacert FILE',
  ],
  [
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    'has a certificate that is not valid now',
    'renew the certificate of the server, or correct the clock of this machine',
  ],
  [
    /ALTNAME_INVALID/,
    'has a certificate for another name',
    'connect by the name in the certificate, or give the authority that signed it with --cacert FILE',
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    'does not speak TLS on this port',
    'leave out --tls, or give the TLS port of the server (setting tls-port)',
  ],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA/i,
    'requires a client certificate, or does not accept the one it was given',
    "give one that the server's authority has signed, with --cert FILE and --key FILE",
  ],
];

function describeTlsFailure(code: string, message: string): PartyFailure | undefined {
  const text = `${code} ${message.replaceAll(' ', '_')}`.toUpperCase();
  const found = CERTIFICATES.find(([pattern]) => pattern.test(text));
  if (found !== undefined) return { trouble: 'tls', says: found[1], hint: found[2] };
  if (!/SSL|TLS|PEM|EPROTO|CERT|X509/.test(text)) return undefined;
  return { trouble: 'tls', says: `could not set up TLS with this program: ${message}` };
}
