// The settings of a server that does not run: from its configuration file and the options beside it, else those that Redis
// has by itself, with what stands in its directory. Pure.
import { UsageError } from '../../../errors.js';
import { type ServerVersion, isAtLeast } from '../../../persistence/rdb/loadable-versions.js';
import type { ServerAccess } from '../../../redis/connection/server-access.js';
import type { ServerConfiguration } from '../../../redis/server/server-configuration.js';
import { settingFault } from '../../../redis/server/setting-fault.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { Secret } from '../../../system/secrets/secret.js';
import type { TargetSettings } from '../plan/recovery-facts.js';

/** What is said of a setting: the words after its name; null where nothing is. */
export type SaidSettings = (name: string) => readonly string[] | null;

/** @param options words of the command line after the file, such as `--appendonly yes`; the last one wins */
export function readSaidSettings(
  configuration: ServerConfiguration | null,
  options: readonly string[],
): SaidSettings {
  const typed = new Map<string, string[]>();
  let values: string[] = [];
  for (const word of options) {
    if (word.startsWith('--')) {
      values = [];
      typed.set(word.slice(2).toLowerCase(), values);
    } else values.push(word);
  }
  return (name) => typed.get(name) ?? configuration?.directives.get(name) ?? null;
}

const FIRST_SET_VERSION = { major: 7, minor: 0 };
const DEFAULT_FOLDER = 'appendonlydir';

export interface StoppedFacts {
  readonly said: SaidSettings;
  /** Whether a configuration file was read. */
  readonly isConfigured: boolean;
  /** What stands in the directory. */
  readonly names: readonly BytePath[];
  readonly version: ServerVersion | null;
}

/** @throws UsageError for names with which the files of the server could not be told apart */
export function planStoppedSettings({
  said,
  isConfigured,
  names,
  version,
}: StoppedFacts): TargetSettings {
  const nameOf = (setting: string, otherwise: string): BytePath => {
    const value = (said(setting)?.[0] ?? otherwise) as BytePath;
    const fault = settingFault(setting, value);
    if (fault === null) return value;
    throw new UsageError(
      `the server is started with ${setting} '${formatPath(value)}', which ${fault}`,
    );
  };
  const dumpName = nameOf('dbfilename', 'dump.rdb');
  const aofName = nameOf('appendfilename', 'appendonly.aof');
  const folder = nameOf('appenddirname', DEFAULT_FOLDER);
  const hasSet =
    said('appenddirname') !== null ||
    (version === null ? names.includes(folder) : isAtLeast(version, FIRST_SET_VERSION));
  const aofFolder = hasSet ? folder : null;
  if (dumpName === (aofFolder ?? aofName)) {
    throw new UsageError(
      `the server is started with the name '${formatPath(dumpName)}' for its dump and for its AOF`,
    );
  }
  const word = said('appendonly')?.[0]?.toLowerCase();
  const stands = names.includes(folder) || names.includes(aofName);
  const isAofOn = word === 'yes' || (word !== 'no' && !isConfigured && stands);
  return { dumpName, aofName, aofFolder, isAofOn, knownFrom: isConfigured ? 'file' : 'directory' };
}

/** Where the server answers once it is started; null where nothing says that. */
export function planAccess(said: SaidSettings): ServerAccess {
  const socket = said('unixsocket')?.[0] ?? '';
  const password = said('requirepass')?.[0] ?? '';
  const known = { user: null, password: password === '' ? null : new Secret(utf8(password)) };
  if (socket.startsWith('/')) {
    return { ...known, endpoint: { kind: 'socket', path: utf8(socket) }, tls: null };
  }
  const plain = Number(said('port')?.[0] ?? DEFAULT_PORT);
  const isTls = plain === 0 && said('tls-port') !== null;
  const port = isTls ? Number(said('tls-port')?.[0]) : plain;
  const host = hostOf(said('bind') ?? []);
  const cacert = said('tls-ca-cert-file')?.[0] as BytePath | undefined;
  const tls = isTls ? { cacert: cacert ?? null, cert: null, key: null } : null;
  return { ...known, endpoint: { kind: 'tcp', host, port }, tls };
}

const DEFAULT_PORT = 6379;

/** The first address that the server binds to. `-` before it: it may be missing on this machine. */
function hostOf(addresses: readonly string[]): string {
  const [first = '*'] = addresses.map((address) => address.replace(/^-/, '')).filter(Boolean);
  return first === '*' || first === '0.0.0.0'
    ? '127.0.0.1'
    : first === '::' || first === '::*'
      ? '::1'
      : first;
}

/** Configuration files are read with one character a byte. */
function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
