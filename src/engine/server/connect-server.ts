// Connects to the server that the options name, and no more: nothing is asked of it. So it may still be loading its data.
import { UsageError } from '../../errors.js';
import type { ServerConnection } from '../../redis/connection/connection.js';
import { connectDirectly } from '../../redis/server/live-server.js';
import type { RunContext } from '../run/run-context.js';
import { readServerAccess } from './read-server-access.js';
import type { ServerRequest } from './server-request.js';

/** @throws UsageError where only Sentinels know where it is; ServerError, SystemError */
export async function connectServer(
  request: ServerRequest,
  context: RunContext,
): Promise<ServerConnection> {
  const access = readServerAccess(request, context.fileSystem);
  if ('sentinels' in access) {
    throw new UsageError('the server itself must be named', {
      hint: 'name it with --redis URL, or with -h and -p or -s',
    });
  }
  const { configuration, waitTimeoutMs } = request;
  return connectDirectly({ access, configuration, waitTimeoutMs }, context);
}
