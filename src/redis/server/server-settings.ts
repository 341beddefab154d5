// The settings of a server that a backup needs. They are asked with CONFIG GET, one name a call. Where
// CONFIG is renamed or denied, they come from the configuration file, or are the defaults of Redis. So does each
// setting that this version does not tell: Redis before 6.0 says nothing of `appendfilename`.
import { ServerError } from '../../errors.js';
import {
  type BytePath,
  formatPath,
  pathFromBytes,
  pathFromText,
} from '../../system/files/byte-path.js';
import type { ServerConnection } from '../connection/connection.js';
import { shortened } from '../connection/shortened.js';
import type { ServerConfiguration } from './server-configuration.js';
import { settingFault } from './setting-fault.js';

export interface ServerSettings {
  /** `dir`; null where it is not known. */
  readonly directory: BytePath | null;
  /** `dbfilename`, a name without a folder. */
  readonly dumpName: BytePath;
  /** `appendfilename` */
  readonly aofName: BytePath;
  /** `appenddirname`; null where the AOF is a single file, as before 7.0. */
  readonly aofFolder: BytePath | null;
  /** `save` as CONFIG GET shows it: pairs of seconds and changes. '' for none, null where it is not known. */
  readonly savePoints: string | null;
  readonly maxmemoryPolicy: string | null;
  /** `config`: from CONFIG GET. `file`: from the configuration file. `none`: defaults. */
  readonly knownFrom: 'config' | 'file' | 'none';
}

/**
 * @param majorVersion of the server, such as 7
 * @throws ServerError, also for names with which the server's files could not be told apart
 */
export async function readServerSettings(
  connection: ServerConnection,
  configuration: ServerConfiguration | null,
  majorVersion: number,
): Promise<ServerSettings> {
  const asked = await askSettings(connection);
  const valueOf = (name: string): BytePath | null =>
    asked?.get(name) ?? toValue(configuration?.directives.get(name)) ?? null;
  const isMultiPart = asked === null ? majorVersion >= 7 : asked.has('appenddirname');
  const savePoints = asked?.get('save') ?? configuration?.savePoints ?? null;
  const policy = valueOf('maxmemory-policy');
  const dumpName = valueOf('dbfilename') ?? pathFromText('dump.rdb');
  const aofName = valueOf('appendfilename') ?? pathFromText('appendonly.aof');
  const aofFolder = isMultiPart
    ? (valueOf('appenddirname') ?? pathFromText('appendonlydir'))
    : null;
  if (dumpName === (aofFolder ?? aofName)) throw sameName(connection.address, dumpName);
  return {
    directory: valueOf('dir'),
    dumpName,
    aofName,
    aofFolder,
    savePoints,
    maxmemoryPolicy: policy !== null && /^[!-~]{1,255}$/.test(policy) ? policy : null,
    knownFrom: asked !== null ? 'config' : configuration !== null ? 'file' : 'none',
  };
}

const NAMES = [
  'dir',
  'dbfilename',
  'appendfilename',
  'appenddirname',
  'save',
  'maxmemory-policy',
] as const;

/** The settings that this version has, by their names; null where CONFIG GET is not allowed. */
async function askSettings(connection: ServerConnection): Promise<Map<string, BytePath> | null> {
  const values = new Map<string, BytePath>();
  for (const name of NAMES) {
    try {
      const value = await askSetting(connection, name);
      if (value !== null) values.set(name, value);
    } catch (error) {
      if (error instanceof ServerError && REFUSALS.includes(error.trouble)) return null;
      throw error;
    }
  }
  return values.has('dir') ? values : null;
}

/** Null where this version has no such setting. @throws ServerError */
async function askSetting(connection: ServerConnection, name: string): Promise<BytePath | null> {
  const { address } = connection;
  const reply = await connection.call(['CONFIG', 'GET', name]);
  if (Array.isArray(reply) && reply.length === 0) return null;
  const bytes = Array.isArray(reply) && reply.length === 2 ? reply[1] : null;
  if (!Buffer.isBuffer(bytes)) {
    throw new ServerError('foreign', `Redis at ${address} does not answer CONFIG GET ${name}`, {
      address,
      hint: 'check that it is a Redis or Valkey server, not a Sentinel or a proxy',
    });
  }
  const value = pathFromBytes(bytes);
  const isRelative = name === 'dir' && value !== '' && !value.startsWith('/');
  const fault = settingFault(name, value) ?? (isRelative ? 'is not an absolute path' : null);
  if (fault === null) return value;
  const shown = shortened(formatPath(value));
  throw new ServerError(
    'foreign',
    `Redis at ${address} says that its ${name} is '${shown}', which ${fault}`,
    {
      address,
      hint: DISTRUST,
    },
  );
}

const DISTRUST =
  'no server has such a setting: find out which program listens there, and who controls it';

function sameName(address: string, name: BytePath): ServerError {
  const shown = formatPath(name);
  return new ServerError(
    'foreign',
    `Redis at ${address} gives the name '${shown}' to its dump and to its AOF`,
    {
      address,
      hint: DISTRUST,
    },
  );
}

const REFUSALS = ['permission', 'unknown-command'];

function toValue(words: readonly string[] | undefined): BytePath | undefined {
  return words?.[0] as BytePath | undefined;
}
