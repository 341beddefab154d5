// Sentinels that say where the server is, from options: where they are, how each side is spoken to, and
// which server is wanted. Pure. The server's user and password are not sent to the Sentinels, which have
// their own or none; TLS is spoken with both or with neither.
import { isIPv6 } from 'node:net';
import { UsageError } from '../../errors.js';
import type { Secret } from '../../system/secrets/secret.js';
import {
  type Endpoint,
  type ServerAccess,
  type ServerOptions,
  parsePort,
  parseServerAccess,
} from '../connection/server-access.js';

/** Options as they were given; null where one was not. */
export interface SentinelOptions {
  /** `--sentinel`, as often as it was given; in each one or more, with commas between. */
  readonly addresses: readonly string[];
  /** `--master` */
  readonly master: string | null;
  /** `--prefer` */
  readonly prefer: string | null;
  readonly user: string | null;
  readonly password: Secret | null;
}

export type TcpEndpoint = Extract<Endpoint, { kind: 'tcp' }>;

export interface SentinelAccess {
  /** In the order in which they are asked; at least one. */
  readonly sentinels: readonly ServerAccess[];
  /** The name under which they know the primary; null for the only one that they watch. */
  readonly masterName: string | null;
  readonly prefer: 'primary' | 'replica';
  /** How the server is spoken to that they name. */
  readonly credentials: Omit<ServerAccess, 'endpoint'>;
}

const DEFAULT_PORT = 26_379;

/**
 * @param options those of the server; they may not say where it is
 * @param environmentPassword REDISCLI_AUTH, for the server
 * @throws UsageError
 */
export function parseSentinelAccess(
  sentinel: SentinelOptions,
  options: ServerOptions,
  environmentPassword: Secret | null,
): SentinelAccess {
  const { url, host, port, socket } = options;
  if ([url, host, port, socket].some((option) => option !== null)) {
    throw new UsageError('--sentinel finds the server, and --redis, -h, -p and -s name one', {
      hint: 'give one or the other',
    });
  }
  if (sentinel.user !== null && sentinel.password === null) {
    throw new UsageError(`a password for user '${sentinel.user}' of the Sentinels is missing`, {
      hint: 'put it into a file for --sentinel-pass-file',
    });
  }
  const { user, password, tls } = parseServerAccess(options, environmentPassword);
  return {
    sentinels: sentinel.addresses.flatMap(parseSentinels).map((endpoint) => ({
      endpoint,
      user: sentinel.user,
      password: sentinel.password,
      tls,
    })),
    masterName: sentinel.master,
    prefer: parsePreference(sentinel.prefer ?? 'primary'),
    credentials: { user, password, tls },
  };
}

/** `HOST[:PORT],…`; an IPv6 address with a port stands in brackets. @throws UsageError */
function parseSentinels(text: string): TcpEndpoint[] {
  return text.split(',').map((part) => parseSentinel(part.trim()));
}

function parseSentinel(text: string): TcpEndpoint {
  const isBare = isIPv6(text);
  const found = isBare ? null : /^(?:\[([^[\]]+)\]|([^:[\]/@\s]+))(?::([^:]*))?$/.exec(text);
  const host = isBare ? text : (found?.[1] ?? found?.[2]);
  if (host === undefined || (found?.[1] !== undefined && !isIPv6(host))) {
    // What is wrong is not repeated: it may be a URL with a password.
    throw new UsageError('an address of --sentinel is not understood', {
      hint: 'it is HOST[:PORT], more of them with commas between; an IPv6 address stands in brackets',
    });
  }
  return { kind: 'tcp', host, port: parsePort(found?.[3] ?? null, DEFAULT_PORT) };
}

function parsePreference(text: string): SentinelAccess['prefer'] {
  if (text === 'primary' || text === 'replica') return text;
  throw new UsageError(`'${text}' is no kind of server`, {
    hint: '--prefer takes primary or replica',
  });
}
