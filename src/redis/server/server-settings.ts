// The settings of a server that a backup needs. They are asked with CONFIG GET, one name a call. Where
// CONFIG is renamed or denied, they come from the configuration file, or are the defaults of Redis.
import { ServerError } from '../../errors.js';
import { type BytePath, pathFromBytes, pathFromText } from '../../system/files/byte-path.js';
import type { ServerConnection } from '../connection/connection.js';
import { replyItems } from '../connection/reply.js';
import type { ServerConfiguration } from './server-configuration.js';

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

/** @param majorVersion of the server, such as 7 */
export async function readServerSettings(
  connection: ServerConnection,
  configuration: ServerConfiguration | null,
  majorVersion: number,
): Promise<ServerSettings> {
  const asked = await askSettings(connection);
  const valueOf = (name: string): BytePath | null =>
    (asked === null ? toValue(configuration?.directives.get(name)) : asked.get(name)) ?? null;
  const isMultiPart = asked === null ? majorVersion >= 7 : asked.has('appenddirname');
  const savePoints =
    asked === null ? (configuration?.savePoints ?? null) : (asked.get('save') ?? null);
  return {
    directory: valueOf('dir'),
    dumpName: valueOf('dbfilename') ?? pathFromText('dump.rdb'),
    aofName: valueOf('appendfilename') ?? pathFromText('appendonly.aof'),
    aofFolder: isMultiPart ? (valueOf('appenddirname') ?? pathFromText('appendonlydir')) : null,
    savePoints,
    maxmemoryPolicy: valueOf('maxmemory-policy'),
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
      const [, value] = replyItems(await connection.call(['CONFIG', 'GET', name]));
      if (Buffer.isBuffer(value)) values.set(name, pathFromBytes(value));
    } catch (error) {
      if (error instanceof ServerError && REFUSALS.includes(error.trouble)) return null;
      throw error;
    }
  }
  return values.has('dir') ? values : null;
}

const REFUSALS = ['permission', 'unknown-command'];

function toValue(words: readonly string[] | undefined): BytePath | undefined {
  return words?.[0] as BytePath | undefined;
}
