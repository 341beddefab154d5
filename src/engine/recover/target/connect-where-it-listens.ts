// Connects to the server that works in a directory, wherever it listens: for a server whose configuration is not known.
import { ServerError } from '../../../errors.js';
import type { ServerConnection } from '../../../redis/connection/connection.js';
import { findListeningSockets } from '../../../system/processes/listening-sockets.js';
import {
  type DirectoryIdentity,
  findServerIn,
} from '../../../system/processes/server-processes.js';
import type { RunContext } from '../../run/run-context.js';
import { connectServer } from '../../server/connect-server.js';
import type { ServerRequest } from '../../server/server-request.js';

/**
 * @param server user and password as they were given
 * @throws ServerError, as `unreachable` where no server listens yet; UsageError, SystemError
 */
export async function connectWhereItListens(
  directory: DirectoryIdentity,
  server: ServerRequest,
  context: RunContext,
): Promise<ServerConnection> {
  const processId = findServerIn(directory);
  const [endpoint] = processId === null ? [] : findListeningSockets(processId);
  if (endpoint === undefined) {
    const what =
      processId === null ? 'no server runs there' : `process ${processId} does not listen`;
    throw new ServerError('unreachable', `the server cannot be asked: ${what}`, { address: null });
  }
  return connectServer({ ...server, ...placeOf(endpoint) }, context);
}

type Place = Partial<Pick<ServerRequest, 'host' | 'port' | 'socket' | 'tls'>>;

/** As options name it. A socket of this machine has no TLS. */
export function placeOf(endpoint: ReturnType<typeof findListeningSockets>[number]): Place {
  return endpoint.kind === 'socket'
    ? { socket: endpoint.path, tls: false }
    : { host: endpoint.host, port: String(endpoint.port) };
}
