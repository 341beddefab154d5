// Contacting the server that the options name, for a use case that needs its settings or its files.
import { ServerError } from '../../errors.js';
import {
  type LiveServer,
  type ReachRequest,
  type ReachedServer,
  openLiveServer,
  reachServer as reachLiveServer,
} from '../../redis/server/live-server.js';
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
  const liveServer = await openLiveServer(
    { ...toReachRequest(request, context), source: namedSource },
    context,
  );
  try {
    requireOwnNames(liveServer);
    return liveServer;
  } catch (error) {
    liveServer.connection.close();
    throw error;
  }
}

/**
 * As contactServer, for a use case that can do without the server's files. The server may be on another machine.
 * @throws UsageError, ServerError, SystemError
 */
export async function reachServer(
  request: ServerRequest,
  context: RunContext,
): Promise<ReachedServer> {
  return reachLiveServer({ ...toReachRequest(request, context), mayBeElsewhere: true }, context);
}

function toReachRequest(
  request: ServerRequest,
  { fileSystem, onProgress }: RunContext,
): Omit<ReachRequest, 'mayBeElsewhere'> {
  const nothing = { path: null, doneBytes: 0, totalBytes: 0 };
  return {
    access: readServerAccess(request, fileSystem),
    configuration: request.configuration,
    waitTimeoutMs: request.waitTimeoutMs,
    onLoading: (doneBytes, totalBytes) =>
      onProgress({ phase: 'loading', path: null, doneBytes, totalBytes }),
    onFailover: () => onProgress({ ...nothing, phase: 'waiting for a failover' }),
    onSilence: ({ kind, address }) =>
      onProgress({ ...nothing, phase: 'waiting for', path: `${kind} at ${address}` }),
  };
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
