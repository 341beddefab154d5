// How to find a server through Sentinels, from options: where the Sentinels are, how to connect to both,
// and which server is wanted. Pure. The user and password of the server are never sent to the Sentinels,
// which have their own or none. TLS is used for both or for neither.
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

/** Options as they were typed; null where one was left out. */
export interface SentinelOptions {
  /** Each value of `--sentinel`: one or more addresses with commas between them. */
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
  /** At least one, in the order in which they are asked. */
  readonly sentinels: readonly ServerAccess[];
  /** The name that the Sentinels have for the primary; null where they watch only one. */
  readonly masterName: string | null;
  readonly prefer: 'primary' | 'replica';
  /** How to connect to the server that they name. */
  readonly credentials: Omit<ServerAccess, 'endpoint'>;
}

const DEFAULT_PORT = 26_379;

/**
 * @param options of the server; none of them may say where the server is
 * @param environmentPassword REDISCLI_AUTH, the password of the server
 * @throws UsageError
 */
export function parseSentinelAccess(
  sentinel: SentinelOptions,
  options: ServerOptions,
  environmentPassword: Secret | null,
): SentinelAccess {
  const { url, host, port, socket } = options;
  if ([url, host, port, socket].some((option) => option !== null)) {
    throw new UsageError('both --sentinel and --redis, -h, -p or -s say where the server is', {
      hint: 'give only one of them',
    });
  }
  if (sentinel.user !== null && sentinel.password === null) {
    throw new UsageError(`the password for user '${sentinel.user}' of the Sentinels is missing`, {
      hint: 'put the password in a file for --sentinel-pass-file',
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

/** Reads `HOST[:PORT],…`; an IPv6 address with a port is in brackets. @throws UsageError */
function parseSentinels(text: string): TcpEndpoint[] {
  return text.split(',').map((part) => parseSentinel(part.trim()));
}

function parseSentinel(text: string): TcpEndpoint {
  const isBare = isIPv6(text);
  const found = isBare ? null : /^(?:\[([^[\]]+)\]|([^:[\]/@\s]+))(?::([^:]*))?$/.exec(text);
  const host = isBare ? text : (found?.[1] ?? found?.[2]);
  if (host === undefined || (found?.[1] !== undefined && !isIPv6(host))) {
    // The text is not repeated: it may be a URL with a password.
    throw new UsageError('an address of --sentinel is not valid', {
      hint: 'write HOST[:PORT], with commas between several; put an IPv6 address in brackets',
    });
  }
  return { kind: 'tcp', host, port: parsePort(found?.[3] ?? null, DEFAULT_PORT) };
}

function parsePreference(text: string): SentinelAccess['prefer'] {
  if (text === 'primary' || text === 'replica') return text;
  throw new UsageError(`'${text}' is not a kind of server`, {
    hint: 'give --prefer primary or --prefer replica',
  });
}
