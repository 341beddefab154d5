// Where the configuration file of a server is, as the server itself says (INFO, `config_file`).
import { type BytePath, pathFromText } from '../../system/files/byte-path.js';
import type { ServerConnection } from '../connection/connection.js';
import { readInfo } from '../connection/server-info.js';

/** PATH_MAX of Linux, without the NUL at its end. */
const PATH_MOST_BYTES = 4095;

/**
 * The path as the server sees it: in a container it may be another one here. Null where the server was started without
 * a file, does not tell, or the path is not UTF-8.
 * @throws ServerError
 */
export async function readConfigurationPath(
  connection: ServerConnection,
): Promise<BytePath | null> {
  const said = (await readInfo(connection, ['server'])).get('config_file') ?? '';
  // What was not UTF-8 has become the replacement character.
  if (!said.startsWith('/') || /[\0\uFFFD]/.test(said)) return null;
  const path = pathFromText(said);
  return path.length > PATH_MOST_BYTES ? null : path;
}
