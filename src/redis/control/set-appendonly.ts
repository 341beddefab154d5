// Tells a server to switch its AOF on or off (CONFIG SET appendonly). A refusal says what to do about it.
import { ServerError } from '../../errors.js';
import type { ServerConnection } from '../connection/connection.js';

export type AppendOnly = 'yes' | 'no';

/** The rights of an ACL user that switches the AOF, as `ACL SETUSER` takes them. */
const RIGHTS = '+ping +info +time +config|get +config|set +config|rewrite +bgsave';

/** @throws ServerError; the AOF is then as it was, unless the connection was lost */
export async function setAppendOnly(
  connection: ServerConnection,
  value: AppendOnly,
): Promise<void> {
  try {
    await connection.call(['CONFIG', 'SET', 'appendonly', value]);
  } catch (error) {
    throw error instanceof ServerError ? describeRefusal(error, value) : error;
  }
}

function describeRefusal(error: ServerError, value: AppendOnly): ServerError {
  const { trouble, message, address } = error;
  const still = `nothing was changed: the AOF is ${value === 'yes' ? 'off' : 'on'} as before`;
  const hints: Partial<Record<typeof trouble, string>> = {
    permission: `${still}; give the user these rights: ${RIGHTS} (of the categories @admin and @dangerous)`,
    'unknown-command': `${still}; if the command was renamed, give the configuration file of the server with --redis-conf FILE; a managed service has a setting of its own for the AOF`,
    failed: `${still}; read the log of the server for the reason, such as a full disk, or a folder that it may not write to`,
  };
  const hint = hints[trouble];
  return hint === undefined
    ? error
    : new ServerError(trouble, message, { address, hint, cause: error });
}
