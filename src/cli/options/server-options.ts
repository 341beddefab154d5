// Makes a server request for a backup from the options that name a server. The options are those of
// redis-cli. Passwords are wrapped at once, so that no later code can show them.
import type { Note } from '../../engine/run/notes.js';
import type { ServerRequest } from '../../engine/server/server-request.js';
import { UsageError } from '../../errors.js';
import { Secret } from '../../system/secrets/secret.js';
import type { Invocation, ToPath } from '../command.js';
import type { OptionName } from './option-table.js';
import type { ParsedArguments } from './parse-arguments.js';
import { parseSeconds } from './parse-seconds.js';
import { toSentinelRequest } from './sentinel-options.js';

/** Any of these options means that a server is to be contacted. */
const NAMING: readonly OptionName[] = [
  'redis',
  'sentinel',
  'host',
  'port',
  'socket',
  'auth',
  'pass-file',
  'user',
  'tls',
];

/** These options say something about a server, and need another option that names it. */
const DEPENDENT: readonly OptionName[] = [
  'cacert',
  'cert',
  'key',
  'redis-conf',
  'save',
  'wait-timeout',
  'keep-dump',
];

export function namesServer(given: ReadonlyMap<OptionName, number>): boolean {
  return NAMING.some((name) => given.has(name));
}

const DEFAULT_WAIT_SECONDS = '3600';

/**
 * @param isNamedOtherwise whether another option names the server, such as by its directory
 * @returns null if nothing names a server
 * @throws UsageError
 */
export function toServerRequest(
  parsed: ParsedArguments,
  toPath: ToPath,
  environment: Invocation['environment'],
  isNamedOtherwise = false,
): ServerRequest | null {
  const { counts } = parsed;
  const sentinel = toSentinelRequest(parsed, toPath);
  if (!namesServer(counts) && !isNamedOtherwise) {
    const lonely = DEPENDENT.find((name) => counts.has(name));
    if (lonely === undefined) return null;
    throw new UsageError(`'--${lonely}' is about a server, but no server is named`, {
      hint: "name it with '--redis URL', with -h and -p, -s, or '--sentinel HOST:PORT'",
    });
  }
  const value = (name: OptionName): string | null => parsed.values.get(name)?.[0] ?? null;
  const path = (name: OptionName) => {
    const text = value(name);
    return text === null ? null : toPath(text);
  };
  if (counts.has('auth') && counts.has('pass-file'))
    throw new UsageError('-a and --pass-file both give a password', {
      hint: 'leave one of them out',
    });
  return {
    url: toSecret(value('redis')),
    host: value('host'),
    port: value('port'),
    socket: value('socket'),
    user: value('user'),
    password: toSecret(value('auth')),
    tls: counts.has('tls'),
    cacert: path('cacert'),
    cert: path('cert'),
    key: path('key'),
    sentinel,
    passFile: path('pass-file'),
    environmentPassword: toSecret(environment['REDISCLI_AUTH'] ?? null),
    configuration: path('redis-conf'),
    save: value('save') ?? 'auto',
    waitTimeoutMs: parseSeconds('wait-timeout', value('wait-timeout') ?? DEFAULT_WAIT_SECONDS),
    keepDump: counts.has('keep-dump'),
  };
}

function toSecret(text: string | null): Secret | null {
  return text === null || text === '' ? null : new Secret(text);
}

/** Whether the command line holds a password, which every user of the machine can read there. */
export function showsPassword({ values }: ParsedArguments): boolean {
  const url = values.get('redis')?.[0] ?? '';
  return values.has('auth') || /^[a-z]+:\/\/[^/?#]*@/i.test(url);
}

/** Whether it holds a password, or an address with a secret in it. */
export function showsSecret(parsed: ParsedArguments): boolean {
  return showsPassword(parsed) || parsed.values.has('ping');
}

export const PASSWORD_SHOWN: Note = {
  severity: 'info',
  kind: 'password-shown',
  path: null,
  message: 'the password is in the command line, where other users of this machine may read it',
  hint: 'put it in the variable REDISCLI_AUTH (sudo drops it), or in a file for --pass-file',
};
