// Which version a program of a server has, as it says itself: `Redis server v=7.0.15 sha=…`, `Valkey server v=8.1.1 …`.
import { ServerError, SystemError } from '../../errors.js';
import { type ServerVersion, parseServerVersion } from '../../persistence/rdb/loadable-versions.js';
import { type BytePath, pathToBytes } from '../../system/files/byte-path.js';
import type { UnitSearch } from './find-units.js';

export interface ServerProgram {
  /** A path, or a name that is found in PATH. */
  readonly name: string;
  /** Null where it does not say. */
  readonly version: ServerVersion | null;
}

const NAMES = ['redis-server', 'valkey-server'] as const;

/**
 * @param program that would be started; null where that is not known: then the one that is found in PATH
 * @returns null where there is no such program. @throws ServerError, SystemError, InterruptedError
 */
export async function findServerProgram(
  search: Pick<UnitSearch, 'run' | 'options'>,
  program: BytePath | null,
): Promise<ServerProgram | null> {
  const names = program === null ? NAMES : [pathToBytes(program).toString('utf8')];
  for (const name of names) {
    const output = await askVersion(search, name);
    if (output !== null) return { name, version: parseVersionOutput(output) };
  }
  return null;
}

/** From here on a signal has ended the program: what it would have said is not known. */
const SIGNALLED = 128;

/** Null where there is no such program. @throws ServerError where a signal ends it */
async function askVersion(
  { run, options }: Pick<UnitSearch, 'run' | 'options'>,
  name: string,
): Promise<string | null> {
  try {
    const { code, output } = await run([name, '--version'], options);
    if (code < SIGNALLED) return output;
    throw new ServerError('failed', `'${name} --version' ended with exit code ${code}`, {
      address: null,
      hint: 'find out why, such as too little memory, and run this command again',
    });
  } catch (error) {
    if (error instanceof SystemError && ['ENOENT', 'EACCES'].includes(error.errno)) return null;
    throw error;
  }
}

export function parseVersionOutput(output: string): ServerVersion | null {
  const [, name, version] = /^(Redis|Valkey|Redict) server v=(\S+)/m.exec(output) ?? [];
  if (name === undefined || version === undefined) return null;
  return parseServerVersion(name.toLowerCase() as ServerVersion['product'], version);
}
