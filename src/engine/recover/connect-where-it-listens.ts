// Connects to the server that works in a directory, wherever it listens: for a server whose configuration is not known.
import { ServerError } from '../../errors.js';
import { ServerConnection } from '../../redis/connection/connection.js';
import type { ServerAccess } from '../../redis/connection/server-access.js';
import { findListeningSockets } from '../../system/processes/listening-sockets.js';
import { type DirectoryIdentity, findServerIn } from '../../system/processes/server-processes.js';
import type { RunContext } from '../run/run-context.js';

/**
 * @param credentials user and password as they were given
 * @throws ServerError, as `unreachable` where no server listens yet; SystemError
 */
export async function connectWhereItListens(
  directory: DirectoryIdentity,
  credentials: Omit<ServerAccess, 'endpoint'>,
  { fileSystem, checkpoint }: RunContext,
): Promise<ServerConnection> {
  const processId = findServerIn(directory);
  const [endpoint] = processId === null ? [] : findListeningSockets(processId);
  if (endpoint === undefined) {
    const what =
      processId === null ? 'no server runs there' : `process ${processId} does not listen`;
    throw new ServerError('unreachable', `the server cannot be asked: ${what}`, { address: null });
  }
  // A socket of this machine has no TLS.
  const tls = endpoint.kind === 'socket' ? null : credentials.tls;
  const access = { ...credentials, tls, endpoint };
  const replyTimeoutMs = REPLY_MOST_MS;
  const parts = { fileSystem, checkpoint, replyTimeoutMs, onSilence: () => undefined };
  return ServerConnection.open(access, parts);
}

/** A server answers nothing while it forks with much memory. */
const REPLY_MOST_MS = 60_000;
