// Where a server is and how it is spoken to, from options as redis-cli has them. Pure: files are named
// here and read by whoever connects. No message repeats a URL or a password.
import { UsageError } from '../../errors.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { Secret } from '../../system/secrets/secret.js';

/** Options as they were given; null where one was not. */
export interface ServerOptions {
  /** `--redis`; may hold a password. */
  readonly url: Secret | null;
  readonly host: string | null;
  readonly port: string | null;
  readonly socket: string | null;
  readonly user: string | null;
  /** `-a`, or what the file of `--pass-file` holds. */
  readonly password: Secret | null;
  readonly tls: boolean;
  readonly cacert: BytePath | null;
  readonly cert: BytePath | null;
  readonly key: BytePath | null;
}

export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

/** Files in PEM; null where the system's own authorities, or no client certificate, will do. */
export interface TlsFiles {
  readonly cacert: BytePath | null;
  readonly cert: BytePath | null;
  readonly key: BytePath | null;
}

export interface ServerAccess {
  readonly endpoint: Endpoint;
  readonly user: string | null;
  readonly password: Secret | null;
  /** Null where the connection is plain. */
  readonly tls: TlsFiles | null;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 6379;

const URL_FORMS =
  'redis://[USER:PASSWORD@]HOST[:PORT], rediss://… for TLS, or unix:///PATH/OF/THE/SOCKET';

/**
 * @param environmentPassword REDISCLI_AUTH, for where nothing else gives one
 * @throws UsageError for what does not go together or makes no sense
 */
export function parseServerAccess(
  options: ServerOptions,
  environmentPassword: Secret | null,
): ServerAccess {
  const url = options.url === null ? null : parseUrl(options.url);
  const hasPlace = options.host !== null || options.port !== null || options.socket !== null;
  if (url !== null && hasPlace) {
    throw new UsageError('--redis says where the server is, and so do -h, -p and -s', {
      hint: 'give one or the other',
    });
  }
  const endpoint = url?.endpoint ?? parseEndpoint(options);
  if (url !== null && url.user !== null && options.user !== null) throw givenTwice('user');
  if (url !== null && url.password !== null && options.password !== null) {
    throw givenTwice('password');
  }
  const user = options.user ?? url?.user ?? null;
  const password = options.password ?? url?.password ?? environmentPassword;
  if (user !== null && password === null) {
    throw new UsageError(`a password for user '${user}' is missing`, {
      hint: 'put it into the variable REDISCLI_AUTH, or into a file for --pass-file',
    });
  }
  return { endpoint, user, password, tls: parseTls(options, endpoint, url?.isTls === true) };
}

/** `127.0.0.1:6379`, `[::1]:6379` or a path: for messages, without anything secret. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'socket') return `'${endpoint.path}'`;
  const { host, port } = endpoint;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

interface ParsedUrl {
  readonly endpoint: Endpoint;
  readonly isTls: boolean;
  readonly user: string | null;
  readonly password: Secret | null;
}

function parseUrl(secret: Secret): ParsedUrl {
  const url = readUrl(secret.reveal());
  const isSocket = url?.protocol === 'unix:';
  if (url === null || !(isSocket || url.protocol === 'redis:' || url.protocol === 'rediss:')) {
    throw wrongUrl();
  }
  const user = decode(url.username);
  const password = decode(url.password);
  const endpoint: Endpoint = isSocket
    ? { kind: 'socket', path: decode(url.pathname) }
    : {
        kind: 'tcp',
        host: decode(url.hostname).replace(/^\[(.*)\]$/, '$1') || DEFAULT_HOST,
        port: url.port === '' ? DEFAULT_PORT : Number(url.port),
      };
  // The number of a database after the host is of no matter: a backup is of them all.
  const isPathGood = isSocket
    ? endpoint.kind === 'socket' && endpoint.path.length > 1 && url.hostname === ''
    : /^(?:\/[0-9]*)?$/.test(url.pathname);
  if (!isPathGood || url.search !== '' || url.hash !== '') throw wrongUrl();
  if (endpoint.kind === 'tcp' && endpoint.port === 0) throw wrongUrl();
  return {
    endpoint,
    isTls: url.protocol === 'rediss:',
    user: user === '' ? null : user,
    password: password === '' ? null : new Secret(password),
  };
}

function readUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongUrl();
  }
}

/** Without the URL, which may hold a password. */
function wrongUrl(): UsageError {
  return new UsageError('the URL of --redis is not understood', {
    hint: `it is ${URL_FORMS}; in a password '@', ':', '/' and '%' are written %40, %3A, %2F and %25`,
  });
}

function givenTwice(what: string): UsageError {
  return new UsageError(`the ${what} is given twice, in the URL of --redis and beside it`);
}

function parseEndpoint({ host, port, socket }: ServerOptions): Endpoint {
  if (socket === null) {
    return { kind: 'tcp', host: host ?? DEFAULT_HOST, port: parsePort(port, DEFAULT_PORT) };
  }
  if (host !== null || port !== null) {
    throw new UsageError('-s names a socket of this machine, and -h and -p a host', {
      hint: 'give one or the other',
    });
  }
  return { kind: 'socket', path: socket };
}

/** @throws UsageError */
export function parsePort(text: string | null, otherwise: number): number {
  if (text === null) return otherwise;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`'${text}' is no port`, { hint: 'a port is a number from 1 to 65535' });
}

function parseTls(options: ServerOptions, endpoint: Endpoint, isTlsUrl: boolean): TlsFiles | null {
  const { cacert, cert, key } = options;
  if (!isTlsUrl && !options.tls) {
    if (cacert === null && cert === null && key === null) return null;
    throw new UsageError('--cacert, --cert and --key need TLS', {
      hint: 'add --tls, or write rediss:// in the URL',
    });
  }
  if (endpoint.kind === 'socket') {
    throw new UsageError('a socket of this machine has no TLS', { hint: 'leave --tls out' });
  }
  if ((cert === null) !== (key === null)) {
    throw new UsageError('--cert and --key belong together', {
      hint: 'give both, or neither where the server asks for none',
    });
  }
  return { cacert, cert, key };
}
