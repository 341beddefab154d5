// Has a server write its settings into its own configuration file (CONFIG REWRITE). It keeps the comments and
// the order of the file. It writes every setting that was changed since the server was started.
import { ServerError, type ServerTrouble } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';

/** With these the server answers, and has written nothing. */
const REFUSALS: readonly ServerTrouble[] = ['permission', 'unknown-command', 'failed'];

/**
 * @returns null where the server has done it, else its refusal: it has no configuration file, may not write it, or the
 * user lacks the right
 * @throws ServerError where nobody can tell what the server has done
 */
export async function rewriteConfiguration(
  connection: ServerConnection,
): Promise<ServerError | null> {
  try {
    await connection.call(['CONFIG', 'REWRITE']);
    return null;
  } catch (error) {
    if (error instanceof ServerError && REFUSALS.includes(error.trouble)) return error;
    throw error;
  }
}
