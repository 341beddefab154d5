// Contacting the server that the options name, for a use case that needs its settings or its files.
import { ServerError } from '../../errors.js';
import { type LiveServer, openLiveServer } from '../../redis/server/live-server.js';
import { isReserved } from '../../repository/layout.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import { readServerAccess } from './read-server-access.js';
import type { ServerRequest } from './server-request.js';

/**
 * Connects, and reads what the server says of itself. The server is asked to do nothing.
 * @param namedSource SOURCE as it was typed, or null
 * @returns a server whose connection the caller closes
 * @throws UsageError, ServerError, SystemError
 */
export async function contactServer(
  request: ServerRequest,
  namedSource: BytePath | null,
  context: RunContext,
): Promise<LiveServer> {
  const { fileSystem } = context;
  const liveServer = await openLiveServer(
    {
      access: readServerAccess(request, fileSystem),
      configuration: request.configuration,
      source: namedSource,
      waitTimeoutMs: request.waitTimeoutMs,
      onLoading: (doneBytes, totalBytes) =>
        context.onProgress({ phase: 'loading', path: null, doneBytes, totalBytes }),
      onFailover: () =>
        context.onProgress({
          phase: 'waiting for a failover',
          path: null,
          doneBytes: 0,
          totalBytes: 0,
        }),
      onSilence: ({ kind, address }) =>
        context.onProgress({
          phase: 'waiting for',
          path: `${kind} at ${address}`,
          doneBytes: 0,
          totalBytes: 0,
        }),
    },
    { fileSystem, clock: context.clock, checkpoint: context.checkpoint },
  );
  try {
    requireOwnNames(liveServer);
    return liveServer;
  } catch (error) {
    liveServer.connection.close();
    throw error;
  }
}

/** @throws ServerError where a file of the server would take the place of the repository's own folder */
function requireOwnNames({ connection, settings }: LiveServer): void {
  const { dumpName, aofName, aofFolder } = settings;
  const taken = [dumpName, aofFolder ?? aofName].find((name) => isReserved(name));
  if (taken === undefined) return;
  const { address } = connection;
  throw new ServerError(
    'failed',
    `Redis at ${address} has a file or folder with the name '${formatPath(taken)}', which the repository needs for its own folder`,
    { address, hint: 'change dbfilename, appendfilename or appenddirname of the server' },
  );
}
