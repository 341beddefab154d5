// Where a server is and how to connect to it, from options like those of redis-cli. Pure: files are only
// named here, and read by the connection. No message repeats a URL or a password.
import { UsageError } from '../../errors.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { Secret } from '../../system/secrets/secret.js';
import { shellWord } from '../../system/text/shell-word.js';

/** Options as they were typed; null where one was left out. */
export interface ServerOptions {
  /** `--redis`; may hold a password. */
  readonly url: Secret | null;
  readonly host: string | null;
  readonly port: string | null;
  readonly socket: string | null;
  readonly user: string | null;
  /** From `-a`, or from the file of `--pass-file`. */
  readonly password: Secret | null;
  readonly tls: boolean;
  readonly cacert: BytePath | null;
  readonly cert: BytePath | null;
  readonly key: BytePath | null;
}

export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

/** Paths of PEM files. */
export interface TlsFiles {
  /** Null for the authorities of the system. */
  readonly cacert: BytePath | null;
  readonly cert: BytePath | null;
  readonly key: BytePath | null;
}

export interface ServerAccess {
  readonly endpoint: Endpoint;
  readonly user: string | null;
  readonly password: Secret | null;
  /** Null for a connection without TLS. */
  readonly tls: TlsFiles | null;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 6379;

const URL_FORMS =
  'redis://[USER:PASSWORD@]HOST[:PORT], rediss://… for TLS, or unix:///PATH/OF/THE/SOCKET';

/**
 * @param environmentPassword REDISCLI_AUTH, used where no option gives a password
 * @throws UsageError for options that contradict each other or make no sense
 */
export function parseServerAccess(
  options: ServerOptions,
  environmentPassword: Secret | null,
): ServerAccess {
  const url = options.url === null ? null : parseUrl(options.url);
  const hasPlace = options.host !== null || options.port !== null || options.socket !== null;
  if (url !== null && hasPlace) {
    throw new UsageError('both --redis and -h, -p or -s say where the server is', {
      hint: 'give only one of them',
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
    throw new UsageError(`the password for user '${user}' is missing`, {
      hint: 'put the password in the variable REDISCLI_AUTH (sudo drops it) or in a file for --pass-file',
    });
  }
  return { endpoint, user, password, tls: parseTls(options, endpoint, url?.isTls === true) };
}

/** `127.0.0.1:6379`, `[::1]:6379` or a path in quotes: for messages, without anything secret. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'socket') return `'${endpoint.path}'`;
  const { host, port } = endpoint;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** How a person begins a command to this server, for hints. The password is not in it: redis-cli has REDISCLI_AUTH for that. */
export function redisCliCommand({
  endpoint,
  tls,
  user,
}: Pick<ServerAccess, 'endpoint' | 'tls' | 'user'>): string {
  const options =
    endpoint.kind === 'socket'
      ? [`-s ${shellWord(endpoint.path)}`]
      : [
          ...(endpoint.host === '127.0.0.1' ? [] : [`-h ${shellWord(endpoint.host)}`]),
          ...(endpoint.port === 6379 ? [] : [`-p ${endpoint.port}`]),
        ];
  const others = [
    ...(tls === null ? [] : ['--tls']),
    ...(user === null ? [] : [`--user ${shellWord(user)}`]),
  ];
  return ['redis-cli', ...options, ...others].join(' ');
}

interface ParsedUrl {
  readonly endpoint: Endpoint;
  readonly isTls: boolean;
  readonly user: string | null;
  readonly password: Secret | null;
}

/** `HOST:PORT` without a scheme. */
const ADDRESS = /^(?:\[[0-9a-f:.]+\]|[\w.-]*[A-Za-z.][\w.-]*):\d{1,5}$/i;

function parseUrl(secret: Secret): ParsedUrl {
  const text = secret.reveal();
  const url = readUrl(ADDRESS.test(text) ? `redis://${text}` : text);
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
  // The number of a database after the host does not matter: a backup holds all databases.
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

/** The message does not repeat the URL, which may hold a password. */
function wrongUrl(): UsageError {
  return new UsageError('the URL of --redis is not valid', {
    hint: `write ${URL_FORMS}; in a password '@', ':', '/' and '%' become %40, %3A, %2F and %25`,
  });
}

function givenTwice(what: string): UsageError {
  return new UsageError(`the ${what} is given twice: in the URL of --redis and by another option`);
}

function parseEndpoint({ host, port, socket }: ServerOptions): Endpoint {
  if (socket === null) {
    return { kind: 'tcp', host: host ?? DEFAULT_HOST, port: parsePort(port, DEFAULT_PORT) };
  }
  if (host !== null || port !== null) {
    throw new UsageError('both -s and -h or -p say where the server is', {
      hint: 'give either a socket with -s, or a host and port',
    });
  }
  return { kind: 'socket', path: socket };
}

/** @throws UsageError */
export function parsePort(text: string | null, otherwise: number): number {
  if (text === null) return otherwise;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`'${text}' is not a port`, { hint: 'give a number from 1 to 65535' });
}

function parseTls(options: ServerOptions, endpoint: Endpoint, isTlsUrl: boolean): TlsFiles | null {
  const { cacert, cert, key } = options;
  if (!isTlsUrl && !options.tls) {
    if (cacert === null && cert === null && key === null) return null;
    throw new UsageError('--cacert, --cert and --key need TLS', {
      hint: 'add --tls, or begin the URL with rediss://',
    });
  }
  if (endpoint.kind === 'socket') {
    throw new UsageError('a socket of this machine cannot use TLS', { hint: 'leave out --tls' });
  }
  if ((cert === null) !== (key === null)) {
    throw new UsageError('--cert and --key must be given together', {
      hint: 'leave out both if the server asks for no client certificate',
    });
  }
  return { cacert, cert, key };
}
